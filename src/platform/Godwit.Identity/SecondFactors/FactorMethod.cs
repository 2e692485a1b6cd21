namespace Godwit.Identity.SecondFactors;

internal enum FactorMethod
{
    /// <summary>A code by mail, to the verified address.</summary>
    Email,

    /// <summary>An authenticator (RFC 6238).</summary>
    Totp,

    /// <summary>Any of the account's passkeys.</summary>
    Passkey,

    /// <summary>The password, of who came by a mailed link: a code by mail would show the same once more. Nobody sets it up.</summary>
    Password,

    /// <summary>A code on paper, where nothing else is left. Nobody sets it up.</summary>
    BackupCode,
}

/// <summary>The words of requests and rows.</summary>
internal static class FactorMethods
{
    public static string Word(this FactorMethod method) => method switch { FactorMethod.Totp => "totp", FactorMethod.Passkey => "webauthn", FactorMethod.Password => "password", FactorMethod.BackupCode => "backup_code", _ => "email" };

    /// <returns>Null for another word, and for what nobody sets up.</returns>
    public static FactorMethod? Read(string? word) => word switch { "email" => FactorMethod.Email, "totp" => FactorMethod.Totp, "webauthn" => FactorMethod.Passkey, _ => null };
}
