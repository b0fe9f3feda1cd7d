"""The configuration file: the example, and what is said about a wrong one."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

import chatwheel_devserver
from chatwheel_devserver import ConfigError, DevServer, GreetingRule, Limits, RateLimit, load_config
from chatwheel_devserver.__main__ import main

EXAMPLE = Path(chatwheel_devserver.__file__).parent / "example.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "server.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_says_what_it_seems_to_say() -> None:
    config = load_config(EXAMPLE)
    assert (config.name, config.console_agent) == ("Spoke & Saddle", "sam@demo.example")
    sales = config.group(1)
    assert sales is not None and (sales.routing, sales.chats_per_agent, sales.queue_limit) == (
        "automatic",
        3,
        20,
    )
    lena = config.agent("lena@demo.example")
    assert lena is not None and (lena.group_ids, lena.max_chats) == ((0, 1), 5)
    grace = config.agent(config.scripted_agent)
    assert grace is not None and grace.is_bot
    assert [field["type"] for field in config.forms[0, "prechat"]["fields"]][-1] == "group_chooser"
    assert config.forms[0, "prechat"]["fields"][4]["options"][1] == {
        "id": "1",
        "label": "Workshop",
        "group_id": 2,
    }
    buttons = ("Yes, please", "No, thanks")
    rule = GreetingRule(1, "Can I help you to choose a size?", "/bicycles", "lena@demo.example", buttons)
    assert config.greetings == (rule,)
    assert config.rate_limits["send_event"] == RateLimit(60, 60.0)
    assert config.limits == Limits()
    assert config.opening_hours is not None and config.opening_hours.is_open(0.0)


async def test_a_server_runs_with_the_example() -> None:
    async with DevServer(config=load_config(EXAMPLE)) as server:
        assert server.core.desk.availability.online_ids() == [0, 1, 2]


def test_an_empty_file_is_the_demo(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, ""))
    assert (config.organization_id, len(config.agents)) == ("demo-organization", 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[organisation]", "organisation: there is no such key"),
        ("[organization]\nid = 5", "organization.id: input should be a valid string"),
        ("[[groups]]\nid = 0", "groups.0.name: is required"),
        ('[[groups]]\nid = 1\nname = "Sales"', "groups: group 0, everybody, is required"),
        ('[[groups]]\nid = 0\nname = "All"\nrouting = "auto"', "groups.0.routing: input should be"),
        ('[[groups]]\nid = 0\nname = "A"\n[[groups]]\nid = 0\nname = "B"', "groups.1.id: 0 is used twice"),
        ('[[agents]]\nemail = "sam"\nname = "Sam"', "agents.0.email: string should match"),
        ('[[agents]]\nemail = "a@b.c"\nname = "A"\ngroups = [7]', "agents.0.groups: there is no group 7"),
        ('[opening_hours]\nmonday = ["9 to 5"]', "opening_hours.monday: '9 to 5' does not look like"),
        ('[opening_hours]\nmonday = ["09:00-09:00"]', "does not end after it starts"),
        ('[opening_hours]\ntimezone = "Mars/Base"', "opening_hours.timezone: 'Mars/Base' is not a time zone"),
        ('[[forms]]\ntype = "prechat"\nfields = []', "forms.0.fields: list should have at least 1"),
        (
            '[[forms]]\ntype = "prechat"\nfields = [{type = "radio", label = "x"}]',
            "forms.0.fields.0: a field of type radio needs options",
        ),
        ('[[greetings]]\ntext = "Hi"\nagent = "x@y.z"', "greetings.0.agent: there is no agent x@y.z"),
        ("[limits]\nspeed = 3", "limits.speed: there is no such key"),
        ("[limits]\npending_requests = 1.5", "limits.pending_requests: input should be a whole number"),
        ("[rate_limits]\nsend_event = {requests = 0}", "rate_limits.send_event.requests: input should be"),
        ("[rate_limits]\nsend_evnet = {requests = 1}", "rate_limits.send_evnet: there is no such action"),
        (
            '[[forms]]\ntype = "prechat"\nfields = [{type = "name", label = "x", checked = true}]',
            "forms.0.fields.0: checked belongs to a field of type checkbox_for_email",
        ),
        ('[organization.version_ends]\n"3.6" = "2030-01-01"', "organization.version_ends.3.6"),
        ("[organization", "Expected"),
    ],
)
def test_a_wrong_file_is_refused_by_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text))
    assert message in str(caught.value)
    assert "server.toml" in str(caught.value)


def test_the_command_line_names_the_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(written(tmp_path, "[limits]\nspeed = 3"))]) == 1
    assert "limits.speed: there is no such key" in capsys.readouterr().err
    assert main(["--config", str(tmp_path / "none.toml")]) == 1
    assert "No such file" in capsys.readouterr().err


async def test_the_command_line_runs_the_example() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "chatwheel_devserver", "--port", "0", "--config", str(EXAMPLE)),
        cwd=EXAMPLE.parents[1],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line = (await process.stdout.readline()).decode()
        process.terminate()
        assert await process.wait() == 0
    assert line.startswith("Spoke & Saddle: http://127.0.0.1:")


async def test_outside_opening_hours_every_group_is_offline(tmp_path: Path) -> None:
    # 1970-01-01 was a Thursday; the clock of this server starts there.
    text = '[opening_hours]\ntimezone = "Europe/Warsaw"\nthursday = ["09:00-17:00"]'
    config = load_config(written(tmp_path, text))
    assert config.opening_hours is not None
    hours = config.opening_hours
    assert [hours.is_open(hour * 3600.0) for hour in (7.9, 8, 15.9, 16, 32)] == [
        False,
        True,
        True,
        False,
        False,
    ]
    async with DevServer(config=config, clock=chatwheel_devserver.Clock(lambda: 0.0)) as server:
        assert server.core.desk.availability.online_ids() == []
        server.advance(8 * 3600)
        assert server.core.desk.availability.online_ids() == [0]


def test_hours_over_midnight_go_on_into_the_next_day(tmp_path: Path) -> None:
    hours = load_config(written(tmp_path, '[opening_hours]\nthursday = ["22:00-02:00"]')).opening_hours
    assert hours is not None
    # 1970-01-01 was a Thursday.
    moments = {1: False, 21: False, 22: True, 23.9: True, 25.9: True, 26: False, 46: False}
    assert {hour: hours.is_open(hour * 3600.0) for hour in moments} == moments


def test_what_a_rating_and_a_box_say_is_in_the_file_and_so_are_pictures_and_ends(tmp_path: Path) -> None:
    text = """
        [organization.version_ends]
        "3.5" = "2030-01-31"
        [[agents]]
        email = "kim@shop.example"
        name = "Kim"
        avatar = "/kim.png"
        [[forms]]
        type = "postchat"
        fields = [
          { type = "rating", label = "How was it?", comment_label = "Why?" },
          { type = "checkbox_for_email", label = "Write to me", checked = true },
        ]
        [rate_limits]
        upload_file = { requests = 1 }
    """
    config = load_config(written(tmp_path, text))
    rating, box = config.forms[0, "postchat"]["fields"]
    assert (rating["comment_label"], box["checked"]) == ("Why?", True)
    kim = config.agent("kim@shop.example")
    assert kim is not None and kim.avatar_path == "/kim.png"
    assert config.version_ends == {"3.5": "2030-01-31"}
