using System.Text.RegularExpressions;

namespace Godwit.Engine.Configuration;

/// <summary>Recognises what templates of configuration have where a value belongs.</summary>
public static partial class Placeholder
{
    public static bool Is(string value) => Words().IsMatch(value) || (value.Length > 3 && value.All(c => c == value[0]));

    /// <summary>changeme, your-key-here, &lt;secret&gt;, ${NAME}, xxxx, and the words people try first.</summary>
    [GeneratedRegex(
        @"^\s*$|change[-_ ]?(me|it|this)|replace[-_ ]?(me|this)|place[-_ ]?holder|^(your|my)[-_ ].*|^<.*>$|^\$?\{.*\}$|^%.*%$|^(todo|tbd|none|null|example|sample|dummy|default|secret|password|passwd|test|foo|bar|12345\d*)$|(goes|value|key|secret|password|token)[-_ ]here$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Words();
}
