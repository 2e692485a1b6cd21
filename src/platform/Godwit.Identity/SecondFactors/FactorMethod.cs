namespace Godwit.Identity.SecondFactors;

internal enum FactorMethod
{
    /// <summary>A code by mail, to the verified address.</summary>
    Email,

    /// <summary>An authenticator (RFC 6238).</summary>
    Totp,

    /// <summary>A code by text message, to the number that was verified when it was set up.</summary>
    Sms,
}

/// <summary>The words of requests and rows.</summary>
internal static class FactorMethods
{
    public static string Word(this FactorMethod method) => method switch { FactorMethod.Totp => "totp", FactorMethod.Sms => "sms", _ => "email" };

    /// <returns>Null for another word.</returns>
    public static FactorMethod? Read(string? word) => word switch { "email" => FactorMethod.Email, "totp" => FactorMethod.Totp, "sms" => FactorMethod.Sms, _ => null };
}
