using System.Text.RegularExpressions;

namespace Godwit.Identity.Tests.Running;

/// <summary>Six digits, out of mails.</summary>
internal static partial class Codes
{
    public static string Newest(IdentityHost host, string email) => host.To(email).Select(m => Digits().Match(m.Body)).Last(m => m.Success).Value;

    public static string Body(Answer asked, string code) => $$"""{"challenge":"{{asked.Json.GetProperty("challenge").GetString()}}","code":"{{code}}"}""";

    [GeneratedRegex("^[0-9]{6}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
