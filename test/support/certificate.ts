// For tests alone: signed by itself, for localhost and 127.0.0.1. Nobody trusts it, so its key is no secret.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjoDtGZWBHlXYUc0j
9qLPsgxJsf2LcZkH8OOnvULu0J6hRANCAAQDJaOIiYCItrYSGUSYdVGJ51rEg6ZC
0Ja/zb9hFxGjp7z70d3LvIvXHOLEbK7yJBkbqyb9Gqp5XnRc9f+vJrLb
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUQ9lGo8yV0wow7vmVKhCk9QXwqX0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzAyMTA1MFoYDzIxMjYxMDMw
MDIxMDUwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQDJaOIiYCItrYSGUSYdVGJ51rEg6ZC0Ja/zb9hFxGjp7z70d3LvIvX
HOLEbK7yJBkbqyb9Gqp5XnRc9f+vJrLbo28wbTAdBgNVHQ4EFgQUhVb8HzzCOawZ
NJU/Wyuff6+qQIowHwYDVR0jBBgwFoAUhVb8HzzCOawZNJU/Wyuff6+qQIowDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAPkiU+SU2toWtN54epiU4bDpaQf4GNES19uGUYF3oIV+AiAB
H3855s3HxS4D/IPPjBgwf6rg7g5YSCOZxOiZj66SJA==
-----END CERTIFICATE-----
`;

/** The key and the certificate of a TLS server in a test. */
export function certificate(): { key: string; cert: string } {
  return { key: KEY, cert: CERTIFICATE };
}
