"""terminal.offline_queue.trust: a head office with a certificate of the company's own, over real TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from loyalty.errors import BadInput, LinkFault
from loyalty.events import canonical
from loyalty.feed import Heads
from loyalty.sentences import say
from terminal.cli import app
from terminal.offline_queue.client import Client
from terminal.offline_queue.enrol import enrol
from terminal.offline_queue.sentences import SENTENCES
from terminal.offline_queue.trust import CA_FILE, MAX_CA_BYTES, keep_ca, trust_of
from tests.support.queue_samples import NOON_MS, identity

Key = ec.EllipticCurvePrivateKey


def authority(name: str) -> tuple[x509.Certificate, Key]:
    key = ec.generate_private_key(ec.SECP256R1())
    return certificate(name, key, name, key, x509.BasicConstraints(ca=True, path_length=0)), key


def certificate(name: str, key: Key, issuer: str, by: Key, extension: x509.ExtensionType) -> x509.Certificate:
    now = datetime.now(UTC)
    named, issued = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer))
    made = x509.CertificateBuilder().subject_name(named).issuer_name(issued).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).add_extension(extension, critical=False)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    of = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    made = made.add_extension(of, critical=False)
    dated = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return dated.sign(by, hashes.SHA256())


def pem(made: x509.Certificate) -> bytes:
    return made.public_bytes(serialization.Encoding.PEM)


class _Heads(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = canonical(Heads("g1", 1, {}))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True)
class Served:
    url: str
    ca: Path
    other: Path
    """Another authority's certificate."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("tls")
    ca, ca_key = authority("The company")
    key = ec.generate_private_key(ec.SECP256R1())
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + pem(certificate("office", key, "The company", ca_key, here)))
    (folder / "ca.pem").write_bytes(pem(ca))
    (folder / "other.pem").write_bytes(pem(authority("Somebody else")[0]))
    server = HTTPServer(("127.0.0.1", 0), _Heads)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield Served(f"https://127.0.0.1:{server.server_port}", folder / "ca.pem", folder / "other.pem")
    server.shutdown()
    thread.join(60)
    server.server_close()


def heads(served: Served, folder: Path) -> Heads:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    client = Client(identity(), key, lambda: NOON_MS, url=served.url, trust=trust_of(folder))
    try:
        return client.heads()
    finally:
        client.close()


def test_with_the_company_s_certificate_its_head_office_is_believed(served: Served, tmp_path: Path) -> None:
    keep_ca(tmp_path, served.ca)
    assert heads(served, tmp_path).gen == "g1"


def test_without_it_or_with_another_the_till_says_what_is_wrong(served: Served, tmp_path: Path) -> None:
    for given in (None, served.other):
        if given:
            keep_ca(tmp_path, given)
        with pytest.raises(LinkFault) as fault:
            heads(served, tmp_path)
        assert fault.value.code == "link.untrusted"
        assert fault.value.hint
        assert "--ca" in say(fault.value.hint, "en", SENTENCES)


def test_a_new_certificate_takes_the_old_one_s_place(served: Served, tmp_path: Path) -> None:
    keep_ca(tmp_path, served.other)
    keep_ca(tmp_path, served.ca)
    assert heads(served, tmp_path).gen == "g1"


def test_a_kept_file_that_is_damaged_is_not_passed_over(served: Served, tmp_path: Path) -> None:
    (tmp_path / CA_FILE).write_text("nothing")
    with pytest.raises(OSError, match="no certificate"):
        trust_of(tmp_path)


@pytest.mark.parametrize("text", ["", "not a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n", "Сертификат"])
def test_a_file_without_a_certificate_is_refused_and_nothing_is_kept(tmp_path: Path, text: str) -> None:
    given = tmp_path / "given.pem"
    given.write_text(text, "utf-8")
    with pytest.raises(BadInput) as bad:
        keep_ca(tmp_path / "till", given)
    assert bad.value.code == "link.bad_ca"
    assert trust_of(tmp_path / "till") is None


def test_the_file_may_be_so_large_and_no_larger(served: Served, tmp_path: Path) -> None:
    given = tmp_path / "given.pem"
    for more, fits in ((0, True), (1, False)):
        text = served.ca.read_bytes()
        given.write_bytes(text + b"\n" * (MAX_CA_BYTES - len(text) + more))
        if fits:
            keep_ca(tmp_path, given)
        else:
            with pytest.raises(BadInput):
                keep_ca(tmp_path, given)


def test_enrolment_checks_by_the_kept_certificate(served: Served, tmp_path: Path) -> None:
    with pytest.raises(LinkFault) as fault:
        enrol(served.url, "12345678", "till", tmp_path / "without")
    assert fault.value.code == "link.untrusted"
    keep_ca(tmp_path / "with", served.ca)
    with pytest.raises(LinkFault) as fault:
        enrol(served.url, "12345678", "till", tmp_path / "with")
    assert fault.value.code != "link.untrusted", "it is believed, and takes no such request"


def test_the_command_line_takes_the_file_by_option_and_by_variable(served: Served, tmp_path: Path) -> None:
    run = CliRunner()
    for number, (option, env) in enumerate(((["--ca", str(served.ca)], {}), ([], {"KOPILKA_CA": str(served.ca)}))):
        folder = tmp_path / str(number)
        done = run.invoke(app, ["enrol", served.url, "1", "--data", str(folder), *option], env=env)
        assert done.exit_code == 1
        assert (folder / CA_FILE).read_bytes() == served.ca.read_bytes()
    bad = run.invoke(app, ["terminal", "--data", str(tmp_path / "x"), "--ca", str(tmp_path / "none.pem")])
    assert (bad.exit_code, "no certificate" in bad.stderr) == (1, True)
