"""One-tap service lookup, over a real socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.server import Server


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sfz", "居民身份证办理（包括临时）"),
        ("shenfenzheng", "居民身份证办理（包括临时）"),
        ("身份证丢了", "居民身份证挂失申报、丢失招领"),
        ("結婚登記", "结婚登记预约"),
        ("passport", "普通护照签发"),
        ("how to get a passport", "普通护照签发"),
        ("I lost my ID card", "居民身份证挂失申报、丢失招领"),
        ("我想办身份证", "居民身份证办理（包括临时）"),
        ("gtgshzx", "个体工商户注销登记"),
        ("砍树", "林木采伐许可证核发（县级权限）"),
        ("身分证", "居民身份证办理（包括临时）"),
        ("开饭店", "食品(含保健食品)经营许可核发"),
    ],
)
def test_the_right_service_of_a_real_district_comes_first(
    real_server: Server, query: str, name: str, language: str
) -> None:
    reply = real_server.api.get("/v1/services", params={"q": query}, headers={"Accept-Language": language})
    assert reply.status_code == 200
    first = reply.json()["items"][0]
    assert first["name"] == name
    guide = real_server.api.get(f"/v1/services/{first['code']}")
    assert guide.json()["name"] == name
    assert guide.json()["promised_limit"] is None  # not in the source: not invented


def test_the_whole_real_catalogue_is_served(real_server: Server) -> None:
    page = real_server.api.get("/v1/services", params={"limit": 1}).json()
    assert page["total"] == 1135
    assert sum(value["count"] for value in page["facets"]["department"]) == 1135


def test_raw_utf8_in_the_request_line_is_read(sample_server: Server) -> None:
    import socket

    api = sample_server.api.base_url
    with socket.create_connection((api.host, api.port)) as connection:
        connection.sendall("GET /v1/services?q=护照&limit=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"200 OK" in answer.split(b"\r\n")[0]
    assert "护照".encode() in answer


def raw(server: Server, request: bytes) -> bytes:
    import socket

    api = server.api.base_url
    with socket.create_connection((api.host, api.port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /v1/services?q=%FF HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET /v1/services?q=\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"400"),
        (b"POST /v1/services HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", b"404"),
        (b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"404"),
        (b"GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xe5\xbc\xa0\r\nConnection: close\r\n\r\n", b"401"),
        (b"GET /v1/health HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"GET /v1/health HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"GET /v1/health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"HEAD /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"404"),
    ],
)
def test_bad_requests_get_clear_problems(sample_server: Server, request_bytes: bytes, status: bytes) -> None:
    answer = raw(sample_server, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status in head.split(b"\r\n")[0]
    assert b"application/problem+json" in head
    assert b"Traceback" not in body
    assert body or request_bytes.startswith(b"HEAD")


def test_one_connection_serves_many_requests(sample_server: Server) -> None:
    for path in ("/v1/health", "/nowhere", "/v1/home", "/v1/bundles/birth", "/v1/services?limit=0", "/v1/health"):
        assert sample_server.api.get(path).headers["X-Request-Id"]


def test_a_preflight_is_answered(sample_server: Server) -> None:
    reply = sample_server.api.options("/v1/services", headers={"Origin": "https://app.example.cn"})
    assert reply.status_code == 200
    assert "Idempotency-Key" in reply.headers["Access-Control-Allow-Headers"]
    assert "GET" in reply.headers["Access-Control-Allow-Methods"]


def test_deep_health_asks_the_tables(sample_server: Server) -> None:
    health = sample_server.api.get("/v1/health?deep=1").json()
    assert len(health["tables"]) == 11
    assert set(health["tables"].values()) == {"ACTIVE"}
    assert health["catalogue"]


def test_pages_over_the_socket(sample_server: Server) -> None:
    first = sample_server.api.get("/v1/services?limit=50").json()
    second = sample_server.api.get(f"/v1/services?limit=50&cursor={first['next_cursor']}").json()
    assert not {item["code"] for item in first["items"]} & {item["code"] for item in second["items"]}


def test_everything_ends_with_the_server() -> None:
    from tests.e2e.server import running

    with running() as server:
        assert server.api.get("/v1/health").status_code == 200
    assert server.process.returncode == 0
    assert any("Stopping" in line for line in server.said)


def test_what_is_logged_goes_to_a_file_and_names_no_queries(sample_server: Server) -> None:
    sample_server.api.get("/v1/services?q=13800138000")
    (where,) = [line.split()[1] for line in sample_server.said if line.strip().startswith("Log ")]
    logged = Path(where).read_text(encoding="utf-8")
    assert '"operation":"catalogue.search"' in logged
    assert "13800138000" not in logged
    assert not [line for line in sample_server.said if line.startswith("{")]
