"""What the doctor says of what answers at PUBLIC_URL and is not our server."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels.twilio.account import try_way_in
from bot.channels.twilio.send import TwilioAccount


async def _welcome(_: web.Request) -> web.Response:
    return web.Response(text="<html>Welcome to our town</html>", content_type="text/html")


def website() -> web.Application:
    """Says 200 to whatever is asked."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _welcome)
    return app


def signed_by_itself(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def account_at(url: str) -> TwilioAccount:
    return TwilioAccount("AC1", "token", url, {})


async def test_a_website_that_answers_to_anything_is_not_taken_for_the_server() -> None:
    async with TestServer(website()) as server:
        with pytest.raises(ValueError, match="Something else answers"):
            await try_way_in(account_at(f"http://127.0.0.1:{server.port}"))


async def test_a_certificate_that_nobody_trusts_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = TestServer(website(), scheme="https", port=port)
    await server.start_server(ssl=signed_by_itself(tmp_path))
    try:
        with pytest.raises(ValueError, match="certificate"):
            await try_way_in(account_at(f"https://localhost:{port}"))
    finally:
        await server.close()
