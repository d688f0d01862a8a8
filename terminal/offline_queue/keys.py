"""The till's identity: an Ed25519 key made on the device, and what the head office told it at enrolment."""

import hmac
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from loyalty.coupons.reading import Shop
from terminal.offline_queue.disk import write_whole
from terminal.offline_queue.sentences import store_fault

KEY_FILE = "device.key"
IDENTITY_FILE = "identity.json"


class Identity(msgspec.Struct, frozen=True):
    """Who this till is and where its head office lives; `gen` and `fence` are those of enrolment, kept only for the
    first start."""

    url: str
    name: str
    terminal: str
    terminal_no: int
    store: str
    store_name: str
    scope_key: str
    card_prefix: str
    server_key: str
    gen: str
    fence: str


def device_key(folder: Path) -> Ed25519PrivateKey:
    """The folder's key, made now where there is none; only its owner may read the file. Raises StoreFault."""
    path = folder / KEY_FILE
    if not path.exists():
        write_whole(path, Ed25519PrivateKey.generate().private_bytes_raw())
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except ValueError as error:
        raise store_fault("store.bad_identity", file=KEY_FILE) from error


def read_identity(folder: Path) -> Identity:
    """Who the till of this folder is. Raises StoreFault where it was never enrolled or the file is broken."""
    path = folder / IDENTITY_FILE
    if not path.exists() or not (folder / KEY_FILE).exists():
        raise store_fault("store.no_identity", folder=str(folder))
    try:
        return msgspec.json.decode(path.read_bytes(), type=Identity)
    except msgspec.MsgspecError as error:
        raise store_fault("store.bad_identity", file=IDENTITY_FILE) from error


def write_identity(folder: Path, identity: Identity) -> None:
    write_whole(folder / IDENTITY_FILE, msgspec.json.format(msgspec.json.encode(identity), indent=2) + b"\n")


def public_hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def signed_by(public: str, signature: str, data: bytes) -> bool:
    """Whether `signature` (hex) over `data` is of the Ed25519 key `public` (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), data)
    except (ValueError, InvalidSignature):
        return False
    return True


def coupon_shop(server_key: str) -> Shop:
    """Whose signed coupons this till takes: those of the head office it is enrolled with (its public key, hex)."""
    return Shop(server_key, lambda message, signature: signed_by(server_key, signature.hex(), message))


def phone_hash(scope_key: str, e164: str) -> str:
    """How a phone is known to caches: hex of HMAC-SHA256 under the region's key (hex), cut to 16 bytes."""
    return hmac.new(bytes.fromhex(scope_key), e164.encode(), sha256).digest()[:16].hex()


def token_hash(scope_key: str, token: str) -> str:
    """How a bank card's token is kept at a till: as a phone is, and never like one."""
    return phone_hash(scope_key, f"bank card {token}")
