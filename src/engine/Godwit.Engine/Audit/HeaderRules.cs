using System.Globalization;
using System.Text.RegularExpressions;

namespace Godwit.Engine.Audit;

/// <summary>What the headers of an answer have to say. Each gives the answers in which they do not.</summary>
internal static partial class HeaderRules
{
    /// <summary>Half a year: what the preload list's own maintainers take for the least that helps.</summary>
    private const long ShortestHsts = 15_552_000;

    private static readonly string[] s_policies = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin", "origin", "origin-when-cross-origin"];

    private static readonly string[] s_products = ["Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version"];

    private static readonly string[] s_code = ["script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr", "object-src", "default-src"];

    public static IEnumerable<AuditAnswer> Look(IReadOnlyList<ServiceAnswer> answers, bool isTls)
    {
        // A browser goes on from a redirection without showing it.
        var shown = answers.Where(a => !a.IsRedirect).ToList();
        yield return isTls ? ServiceChecks.Hsts.Found(Without(answers, HasHsts)) : ServiceChecks.Hsts.NotAsked();
        yield return ServiceChecks.FrameOptions.Found(Without(shown, a => a.Header("X-Frame-Options")?.ToUpperInvariant() is "DENY" or "SAMEORIGIN" || Directive(a, "frame-ancestors") is { } from && !from.Contains("*", StringComparer.Ordinal)));
        yield return ServiceChecks.NoSniff.Found(Without(answers, a => string.Equals(a.Header("X-Content-Type-Options"), "nosniff", StringComparison.OrdinalIgnoreCase)));
        yield return ServiceChecks.Referrer.Found(Without(shown, a => a.Header("Referrer-Policy") is { } policy && policy.Split(',', StringSplitOptions.TrimEntries).All(p => s_policies.Contains(p, StringComparer.OrdinalIgnoreCase))));
        yield return ServiceChecks.Permissions.Found(Without(shown, a => a.Header("Permissions-Policy") is { Length: > 0 }));
        yield return ServiceChecks.Csp.Found(Without(shown, a => a.Header("Content-Security-Policy") is { Length: > 0 }));
        yield return ServiceChecks.CspUnsafe.Found(Each(shown, a => Code(a).Where(c => Unsafe(c.Sources)).Select(c => c.Name)));
        yield return ServiceChecks.CspWildcard.Found(Each(shown, a => Code(a).Where(c => c.Sources.Any(IsAnywhere)).Select(c => c.Name)));
        yield return ServiceChecks.Version.Found(Each(answers, a => s_products.Where(h => a.Header(h) is { } value && VersionNumber().IsMatch(value))));
    }

    private static List<string> Without(IEnumerable<ServiceAnswer> answers, Func<ServiceAnswer, bool> holds) => [.. answers.Where(a => !holds(a)).Select(a => a.What)];

    private static List<string> Each(IEnumerable<ServiceAnswer> answers, Func<ServiceAnswer, IEnumerable<string>> find) => [.. answers.SelectMany(a => find(a).Select(f => $"{a.What}: {f}"))];

    private static bool HasHsts(ServiceAnswer answer) =>
        answer.Header("Strict-Transport-Security") is { } value && MaxAge().Match(value) is { Success: true } match
        && long.TryParse(match.Groups["age"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var age) && age >= ShortestHsts;

    private static Dictionary<string, string[]> Policy(ServiceAnswer answer)
    {
        var policy = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var directive in (answer.Header("Content-Security-Policy") ?? "").Split(';', ',').Select(d => d.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Where(d => d.Length > 0))
            policy.TryAdd(directive[0], directive[1..]);
        return policy;
    }

    private static string[]? Directive(ServiceAnswer answer, string name) => Policy(answer).GetValueOrDefault(name);

    /// <summary>Directives about what runs; one that is not there is default-src, and where that is not there either, anything goes.</summary>
    private static IEnumerable<(string Name, string[] Sources)> Code(ServiceAnswer answer)
    {
        var policy = Policy(answer);
        if (policy.Count == 0) return [];
        var written = s_code.Where(policy.ContainsKey).Select(n => (n, policy[n]));
        return policy.ContainsKey("script-src") || policy.ContainsKey("default-src") ? written : [.. written, ("script-src", ["*"])];
    }

    /// <summary>A nonce or hash makes browsers pass over 'unsafe-inline', which then stands there for old ones (CSP Level 3, section 6.7.3.2).</summary>
    private static bool Unsafe(string[] sources) =>
        sources.Contains("'unsafe-eval'", StringComparer.OrdinalIgnoreCase)
        || (sources.Contains("'unsafe-inline'", StringComparer.OrdinalIgnoreCase) && !sources.Any(s => s.StartsWith("'nonce-", StringComparison.OrdinalIgnoreCase) || s.StartsWith("'sha", StringComparison.OrdinalIgnoreCase)));

    private static bool IsAnywhere(string source) => source.ToLowerInvariant() is "*" or "http:" or "https:" or "data:" or "http://*" or "https://*";

    [GeneratedRegex(@"max-age\s*=\s*""?(?<age>\d{1,18})", RegexOptions.IgnoreCase)]
    private static partial Regex MaxAge();

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex VersionNumber();
}
