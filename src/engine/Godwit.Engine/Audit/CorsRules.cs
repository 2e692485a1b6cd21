namespace Godwit.Engine.Audit;

/// <summary>What an answer tells browsers about other origins (https://fetch.spec.whatwg.org/#http-cors-protocol).</summary>
internal static class CorsRules
{
    /// <summary>An origin that nobody can have (RFC 6761, section 6.4).</summary>
    public const string Stranger = "https://godwit-audit.invalid";

    /// <param name="asked">Answers to requests of a stranger's origin, and of the origin null.</param>
    public static IEnumerable<AuditAnswer> Look(IReadOnlyList<(string Origin, ServiceAnswer Answer)> asked)
    {
        var stranger = asked.Where(a => a.Origin == Stranger).Select(a => a.Answer).ToList();
        yield return ServiceChecks.CorsReflected.Found([.. stranger.Where(a => Allowed(a) == Stranger).Select(a => a.What)]);
        yield return ServiceChecks.CorsCredentials.Found([.. stranger.Where(a => Allowed(a) is "*" or Stranger && string.Equals(a.Header("Access-Control-Allow-Credentials"), "true", StringComparison.OrdinalIgnoreCase)).Select(a => a.What)]);
        yield return ServiceChecks.CorsNull.Found([.. asked.Where(a => a.Origin == "null").Select(a => a.Answer).Where(a => Allowed(a) == "null").Select(a => a.What)]);
    }

    private static string? Allowed(ServiceAnswer answer) => answer.Header("Access-Control-Allow-Origin");
}
