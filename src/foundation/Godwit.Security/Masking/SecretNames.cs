namespace Godwit.Security.Masking;

/// <summary>Tells by its name whether a field holds a secret: <c>password</c>, <c>db_password</c>, <c>apiKey</c>, <c>X-Auth-Token</c>, …</summary>
public static class SecretNames
{
    private static readonly NameWords s_names = new(
        ["password", "passwd", "passphrase", "secret", "token", "authorization", "credential", "cookie", "apikey", "privatekey", "connectionstring", "pepper", "recoverycode", "backupcode", "sessionid", "mnemonic",
            "masterkey", "signingkey", "accountkey", "secretkey", "encryptionkey"],
        "totp", "mfa", "salt", "key", "keys", "pwd", "pass", "pw", "auth", "jwt", "otp", "pin", "bearer", "dsn");

    public static bool IsSecret(string name) => s_names.IsIn(name);
}
