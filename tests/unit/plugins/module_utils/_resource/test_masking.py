# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in the settings of a job are not part of a diff."""

from __future__ import annotations

import json

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.masking import MASK, mask

#: Names of options of Flink connectors, formats, catalogs and file systems.
SECRET_NAMES = [
    *("password", "PASSWORD", "passwd", "connector.password", "pwd_auth.password", "ssl.keystore.passphrase"),
    *("secret", "secret-key", "client_secret", "fs.s3a.secret.key", "fs.obs.access.key", "access_key", "access-key-id"),
    *("token", "security.token", "auth-token", "aws.credentials.provider.basic.secretkey", "credential", "api_key"),
    *("properties.sasl.jaas.config", "ssl.private-key", "account.key"),
    *("db.pwd", "pass", "db.pass", "obs.ak", "fs.obs.sk", "http.header.Authorization"),
]
OTHER_NAMES = [
    *("bypass", "compass.mode", "task", "disk", "pass.through"),
    *("connector", "topic", "username", "key.format", "primary-key", "properties.group.id", "scan.startup.mode"),
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_secrets_are_masked(name):
    sql = f"CREATE TABLE a (id INT) WITH (\n  'connector' = 'jdbc',\n  '{name}' = 'it''s 5ecret',\n  'table' = 't')"
    assert mask(sql) == sql.replace("it''s 5ecret", MASK)
    assert mask(f"'{name}'='5ecret'") == f"'{name}'='{MASK}'"
    text = json.dumps({"a": "b", name: '5e"cret', "c": "d"})
    assert mask(text) == json.dumps({"a": "b", name: MASK, "c": "d"})
    assert mask({name: "5ecret", "a": {name: ["5ecret"]}}) == {name: MASK, "a": {name: [MASK]}}
    assert mask(f"--{name} x --{name}=5ecret --b=c") == f"--{name} x --{name}={MASK} --b=c"


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_other_values_are_not_masked(name):
    for text in (f"WITH ('{name}' = 'value')", json.dumps({name: "value"}), f"--{name}=value"):
        assert mask(text) == text
    assert mask({name: "value", "b": 1, "c": None, "d": True}) == {name: "value", "b": 1, "c": None, "d": True}


def test_passwords_of_addresses_are_masked():
    assert mask("'url' = 'jdbc:mysql://user:5ecret@host:3306/db'") == f"'url' = 'jdbc:mysql://user:{MASK}@host:3306/db'"
    for address in ("http://host:8080/a@b", "obs://bucket/a", "kafka://host:9092"):
        assert mask(address) == address


def test_empty_secrets_are_visible():
    assert mask({"password": ""}) == {"password": ""}


@pytest.mark.parametrize(
    "text",
    [
        "'password' /* db */ = 'SECRET'",
        "'password' = /* db */ 'SECRET'",
        "'password' =\n  -- old\n  'SECRET'",
        "'password' = U&'SECRET'",
        "'password' = N'SECRET'",
        "\"password\" = 'SECRET'",
        "`db.password`='SECRET'",
        "-- password = 'SECRET'",
        "-- the password: SECRET",
        "SET password = SECRET;",
    ],
)
def test_forms_of_sql(text):
    before, _secret, after = text.partition("SECRET")
    masked = mask(f"{before}5ecret{after}")
    assert "5ecret" not in masked and MASK in masked
    assert masked.startswith(before.rstrip("'")) and masked.endswith(after.strip("'"))
