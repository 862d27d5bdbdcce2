"""A certificate authority of the test's own."""
import pathlib
import subprocess


class Authority:
    """Everything it makes lies in `folder`: ca.pem, and NAME.pem with NAME.key for each it issues."""

    def __init__(self, folder, name="test authority"):
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self.file = self._folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", f"/CN={name}", "-keyout", self._folder / "ca.key", "-out", self.file)

    @property
    def text(self):
        return self.file.read_text()

    def issue(self, name, names):
        """(certificate, key) for subjectAltName `names`, "DNS:localhost,IP:127.0.0.1" or "URI:urn:uuid:..."."""
        key, certificate = self._folder / f"{name}.key", self._folder / f"{name}.pem"
        request, extensions = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                      "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._folder / "ca.key",
                      "-CAcreateserial", "-days", "30", "-extfile", extensions, "-out", certificate)
        return certificate, key

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
