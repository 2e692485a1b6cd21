namespace Godwit.Identity.SecondFactors;

internal enum FactorMethod
{
    /// <summary>A code by mail, to the verified address.</summary>
    Email,

    /// <summary>An authenticator (RFC 6238).</summary>
    Totp,
}

/// <summary>The words of requests and rows.</summary>
internal static class FactorMethods
{
    public static string Word(this FactorMethod method) => method == FactorMethod.Totp ? "totp" : "email";

    /// <returns>Null for another word.</returns>
    public static FactorMethod? Read(string? word) => word switch { "email" => FactorMethod.Email, "totp" => FactorMethod.Totp, _ => null };
}
