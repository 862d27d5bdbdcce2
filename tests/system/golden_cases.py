"""The cases capture_golden.py captures: what is arranged, and which commands are asked."""
from dataclasses import dataclass
from typing import Callable

import arrange

FORMAT = "$(CREATED_BY)|$(SITE)|$(RELEASE)|$(COMPONENT)|$(ARCHITECTURE)|$(FILENAME)|$(IDENTIFIER)|$(URI)"
RELEASE_FORMAT = "$(METAKEY)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)|$(SUITE)|$(CODENAME)|$(FILENAME)"
TARGETS = ["apt-get", "indextargets", "--no-release-info", "--format", FORMAT]
TARGETS_RELEASE = ["apt-get", "indextargets", "--format", RELEASE_FORMAT]
TARGETS_FULL = ["apt-get", "indextargets"]
POLICY = ["apt-cache", "policy"]
PRINT_URIS = ["apt-get", "--print-uris", "-V", "-y", "dist-upgrade"]
SIMULATE = ["apt-get", "-s", "dist-upgrade"]
UPDATE = ["apt-get", "-o", "APT::Update::Error-Mode=any", "-o", "pkgCacheFile::Generate=false",
          "-o", "APT::Status-Fd=1", "-o", "Acquire::Retries=0", "-q", "update"]
QUERY = ["dpkg-query", "-W", "-f",
         r"${db:Status-Abbrev}|${binary:Package}|${Version}|${Architecture}|${source:Package}|${source:Version}\n"]


@dataclass
class Case:
    name: str
    commands: dict
    before: Callable = None  # may give back a server
    user: int = None


RESOLVE = {"print-uris": PRINT_URIS, "simulate": SIMULATE}
INDEX = {"indextargets": TARGETS, "indextargets-release": TARGETS_RELEASE, "policy": POLICY}
NAMES = ["gp-sec", "gp-both", "gp-held", "gp-phased", "gp-phased-sec", "gp-pin-version", "gp-pin-release",
         "gp-pin-never", "gp-proposed", "gp-backport", "gp-lib", "gp-lib:i386", "gp-lib:any", "gp-foreign:i386",
         "gp-epoch", "gp-plus++", "gp-local", "gp-esm", "gp-vendor", "gp-new", "nosuch"]

CASES = [
    Case("", {**INDEX, **RESOLVE, "indextargets-full": TARGETS_FULL, "update": UPDATE, "policy-names": POLICY + NAMES,
              "dpkg-query": QUERY, "showhold": ["apt-mark", "showhold"]}),
    Case("never-fetched", INDEX, arrange.never_fetched),
    Case("deleted-list", {**INDEX, "update": UPDATE, "indextargets-after": TARGETS}, arrange.delete_list),
    Case("empty-list", {**INDEX, "policy-names": POLICY + ["gp-sec"], "update": UPDATE}, arrange.empty_list),
    Case("empty-list-http", {"update": UPDATE, "update-again": UPDATE}, arrange.empty_list_http),
    Case("compressed-lists", {**INDEX, "lists": ["ls", "-l", "/var/lib/apt/lists"]}, arrange.compressed_lists),
    Case("garbage-list", {**RESOLVE, "policy": POLICY, "update": UPDATE, "print-uris-after": PRINT_URIS},
         arrange.garbage_list),
    Case("flat", {**INDEX, **RESOLVE, "policy-names": POLICY + ["gp-upd"]}, arrange.flat),
    Case("empty-component",
         {**INDEX, "lists": ["bash", "-c", "cd /var/lib/apt/lists; ls -l *empty*; cat *empty*InRelease"]},
         arrange.empty_component),
    Case("default-release", {**RESOLVE, "policy-names": POLICY + NAMES + ["gp-debian"], "policy": POLICY},
         arrange.default_release),
    Case("half-configured", {**RESOLVE, "dpkg-query": QUERY, "audit": ["dpkg", "--audit"]}, arrange.half_configured),
    Case("unpacked", RESOLVE, arrange.unpacked),
    Case("broken", {**RESOLVE, "check": ["apt-get", "check"]}, arrange.broken),
    Case("broken-fixable", RESOLVE, arrange.broken_fixable),
    Case("half-installed", {**RESOLVE, "dpkg-query": QUERY}, arrange.half_installed),
    Case("interrupted", {**RESOLVE, "dpkg-query": QUERY}, arrange.interrupted),
    Case("nothing-to-do", RESOLVE, arrange.nothing_to_do),
    Case("no-sources", {**RESOLVE, **INDEX, "update": UPDATE}, arrange.no_sources),
    Case("downgrade", {**RESOLVE, "policy-names": POLICY + ["gp-sec"]}, arrange.downgrade),
    Case("kept-back-only", RESOLVE, arrange.kept_back_only),
    Case("phased-only", RESOLVE, arrange.phased_only),
    Case("non-root", {**RESOLVE, **INDEX, "update": UPDATE}, user=65534),
    Case("essential-removed", RESOLVE, arrange.essential_removed),
    Case("dpkg-lock-held", RESOLVE, arrange.lock_held("/var/lib/dpkg/lock-frontend")),
    Case("dead-http", {"update": UPDATE, **INDEX}, arrange.dead_http),
    Case("gone-file", {"update": UPDATE}, arrange.gone_file),
    Case("bad-signature", {"update": UPDATE}, arrange.bad_signature),
    Case("missing-key", {"update": UPDATE}, arrange.missing_key),
    Case("unsigned", {"update": UPDATE}, arrange.unsigned),
    Case("lists-lock-held", {"update": UPDATE}, arrange.lock_held("/var/lib/apt/lists/lock")),
    Case("http", {"update": UPDATE, **RESOLVE}, arrange.serve_repo),
    Case("missing-packages", {"update": UPDATE, "indextargets": TARGETS}, arrange.missing_packages),
    Case("wrong-hash", {"update": UPDATE, "indextargets": TARGETS}, arrange.wrong_hash),
    Case("expired", {"update": UPDATE}, arrange.expired),
    Case("clock-behind", {"update": UPDATE}, arrange.clock_behind),
]
