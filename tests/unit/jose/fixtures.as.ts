/** Public keys made for these tests, and tokens that they signed. The tokens have PAYLOAD and are valid until 2100. The private keys no longer exist. */

export const PAYLOAD = "{\"iss\":\"https://idp.example.com\",\"sub\":\"me\",\"aud\":\"api\",\"scope\":\"read write\",\"iat\":1700000000," +
  "\"exp\":4102444800}";
export const RSA_N = "yKcgjxE8-9U3rBdNqkJg6VzgHUEcOqFQv22TuXzfPGcD6bqwDz8jToVR3O8M1DVjc8rsRLNdF8YIBJfHnXELq0LVZoJOvU9UPNQIDkNiaOnZXz9tM6VZtD" +
  "jytXmJo_YwpIMu-Co8we_mXW7-7e-uq8AoF38ICCjeQFQH4kNhapPP-XSEGR-2kYdbDfd92KI64WS0a_IxsS6k3MQK1hd1Jkt3sP0ENtXvNstoorUDnZrU" +
  "VFjrzuvsq5Sd3Vu37JkCeBhciMUWE3p7YE2JlXxUKwqsL6aM0bpabk7GbMoS6JP5z76bpqfP0b87Wr_7MQ2cxIj0VzLohaYrwgB77SkWVw";
export const RSA_1024_N = "3nzsi35KmIg8ib1960VT64t0S01Em1xSvjgXCMbbGwHoFJnyzuKzjCGauFwvcvosYtcyd5ZD0EpicfCQsqJMLx_7EROcn0n2ScGd0gseLE8g_IycIZYoVP" +
  "VnvOWA0NJYY_KsHLlApkE7AyKwjCmLc3STBpAPvH4IXBNXZkOOuq0";
export const EC_X = "fNJEmnOZcXIhuiku4kbBVPmR_Lwtv7uhGmtfMmLmj6o";
export const EC_Y = "BT599sCeQeXfG2vefLLVPq6w2VxvsWBZO8YShpMmIUk";
export const ED_X = "aPAWCnzqJBs422MBgWAU2mRTcysM_wh_RjqSQ9wIcq0";
export const RSA_PEM = "-----BEGIN PUBLIC KEY-----\n" +
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyKcgjxE8+9U3rBdNqkJg\n" +
  "6VzgHUEcOqFQv22TuXzfPGcD6bqwDz8jToVR3O8M1DVjc8rsRLNdF8YIBJfHnXEL\n" +
  "q0LVZoJOvU9UPNQIDkNiaOnZXz9tM6VZtDjytXmJo/YwpIMu+Co8we/mXW7+7e+u\n" +
  "q8AoF38ICCjeQFQH4kNhapPP+XSEGR+2kYdbDfd92KI64WS0a/IxsS6k3MQK1hd1\n" +
  "Jkt3sP0ENtXvNstoorUDnZrUVFjrzuvsq5Sd3Vu37JkCeBhciMUWE3p7YE2JlXxU\n" +
  "KwqsL6aM0bpabk7GbMoS6JP5z76bpqfP0b87Wr/7MQ2cxIj0VzLohaYrwgB77SkW\n" +
  "VwIDAQAB\n" +
  "-----END PUBLIC KEY-----\n";
export const EC_PEM = "-----BEGIN PUBLIC KEY-----\n" +
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEfNJEmnOZcXIhuiku4kbBVPmR/Lwt\n" +
  "v7uhGmtfMmLmj6oFPn32wJ5B5d8ba958stU+rrDZXG+xYFk7xhKGkyYhSQ==\n" +
  "-----END PUBLIC KEY-----\n";
export const ED_PEM = "-----BEGIN PUBLIC KEY-----\n" +
  "MCowBQYDK2VwAyEAaPAWCnzqJBs422MBgWAU2mRTcysM/wh/RjqSQ9wIcq0=\n" +
  "-----END PUBLIC KEY-----\n";
export const RS256_R1 = "eyJhbGciOiJSUzI1NiIsImtpZCI6InIxIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6Im1lIiwiYX" +
  "VkIjoiYXBpIiwic2NvcGUiOiJyZWFkIHdyaXRlIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjQxMDI0NDQ4MDB9.bVWrD9SmN_YTXpX9MlQ1aTNOSWsK1Pu" +
  "Y7cgdIWxkEVTKdcgLbLvNfEm3u9CoKI-3Euf1uQwbaLmMtS7g-khV5Wy4DvmbR4nTSTX4l_XW9SOvCp_cketTNMa8Z27Ed8P_F0pI8ivaVqRjyHXu9Oczv" +
  "Gjw1CE5iVzTwRZLyNIc5Et8kbMq5GE52ElH_dxWm9wUQVDH-NT-H_LDtRPoon7inucn6KpeIUTAyk3Pe3WqSjOwxXiNIT61NaD-imI_WqSt6lk1aY72h0H" +
  "vkmeZ7oxbdcGD47eOcLIf3sjwY8DH5SiejrxzSDcfpjnhJrYtCpHEuXf-Z2FBqliqgzOwfnErbA";
export const PS256_R1 = "eyJhbGciOiJQUzI1NiIsImtpZCI6InIxIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6Im1lIiwiYX" +
  "VkIjoiYXBpIiwic2NvcGUiOiJyZWFkIHdyaXRlIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjQxMDI0NDQ4MDB9.Wmb9hSoaoL6vB5rZB8smrcDTFtTt2d0" +
  "O8hB0DtqYJEJsojZYDcTGKGilm_c2AywtEruNC_jmGDkLTCwN94qRiboaX1_FhhhcCTTydlC0xo1sP12mLo5pp-Pdw5aDDrbnoLjcX6lsFh0PylUUVjV-x" +
  "BfDVxfGuSfetWCaXrcdq7cFwto31jc5BGqIPXZgTWVIJ-E0tHPq89pSH9yqpgXJGGAYmAwcQ-FDNgweVosedpA0yMsOsQbBw32I5xVb_Xtdo31bw_osgfd" +
  "WhbMY7_aJHDyCtI0HtE0mMIjMX4vjRZMFu1jToas-ly162569y8ZS4E2r7lzhhPyi9JSjUT_wFA";
export const RS256_NO_KID = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6Im1lIiwiYXVkIjoiYXBpIiwic2NvcGUiOiJyZWFkIHdya" +
  "XRlIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjQxMDI0NDQ4MDB9.VVr9Qf715Q2dbZj0RyTMoStcnptCNIqr4sTaLEl60pG3-R1uyWoGAFTjLJDTaykP7s" +
  "qhA12-PK69OOg0CEitG0kQwY1E5GSjIvjs6rYxKOhV7hT4w19zQMpwvHpSOY0DaG3iAhJ_FzOSwwvTcP6qYWRLNN1mZKDFW7bQENxtYGXXun8TSDnvNyQ-" +
  "7EQ2LADRyKGB_EGmyvtFkbpSHgGzYY1PVUTmcCRiN30UDQs1aclOUhwfz1BV7TqwVzxUNNVox8mq4Ml-JhcaODTZ2EcZSiQWGuBvmcdjDqIa49edOw6wAz" +
  "HGrMmz6cKSR86_6oGOQDV0g9gKSW-ZpM-PWSE_jw";
export const ES256_E1 = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6Im1lIiwiYX" +
  "VkIjoiYXBpIiwic2NvcGUiOiJyZWFkIHdyaXRlIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjQxMDI0NDQ4MDB9.LrRtDCHYUJVlTmV417gsYhE7BSRwQBt" +
  "TtBEijN7NsBc6lR9h5o7j0_tEKu_fclWukRjTKeNyQXcLFjS9pOlwLw";
export const EDDSA_O1 = "eyJhbGciOiJFZERTQSIsImtpZCI6Im8xIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6Im1lIiwiYX" +
  "VkIjoiYXBpIiwic2NvcGUiOiJyZWFkIHdyaXRlIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjQxMDI0NDQ4MDB9.Dn-z6BfWnYxp4vMd6zshZFreTCe21Fm" +
  "ZaD6CNN2gKkoNeiN8hySaM2DxwHizGpLgCLUJP_MS16oKJ6HjlXrvCg";
