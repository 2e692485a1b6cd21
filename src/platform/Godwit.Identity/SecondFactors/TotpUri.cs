namespace Godwit.Identity.SecondFactors;

/// <summary>What an authenticator reads from the image: <c>otpauth://totp/ISSUER:ACCOUNT?…</c> (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). It holds the seed: for the person's eyes, and for no log.</summary>
internal static class TotpUri
{
    /// <param name="issuer">The service's name. A colon in it, which would end it, becomes a space.</param>
    /// <param name="account">Whose seed it is, as the person knows it: the address.</param>
    /// <param name="seed">The seed.</param>
    public static string Of(string issuer, string account, ReadOnlySpan<byte> seed)
    {
        var name = Escape(issuer.Replace(':', ' ').Trim());
        return $"otpauth://totp/{name}:{Escape(account.Replace(':', ' '))}?secret={Base32.Encode(seed)}&issuer={name}&algorithm=SHA1&digits={Totp.Digits}&period={(int)Totp.Step.TotalSeconds}";
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
