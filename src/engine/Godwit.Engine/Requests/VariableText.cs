using System.Text;
using System.Text.RegularExpressions;

namespace Godwit.Engine.Requests;

/// <summary>A text with <c>${name}</c> in it; <c>$${</c> is <c>${</c> itself. What is filled in is not looked at again.</summary>
internal sealed partial class VariableText
{
    private readonly List<(string Text, bool IsName)> _parts = [];

    private VariableText()
    {
    }

    /// <summary>The names in it, in their order.</summary>
    public IEnumerable<string> Names => _parts.Where(p => p.IsName).Select(p => p.Text);

    public bool IsLiteral => _parts.TrueForAll(p => !p.IsName);

    /// <summary>Nothing but one name.</summary>
    public bool IsOneName => _parts is [(_, true)];

    /// <summary>Whether a <c>${</c> has no name and no end.</summary>
    public bool IsBroken { get; private init; }

    public static VariableText Parse(string text)
    {
        var parsed = new VariableText { IsBroken = Reference().Matches(text).Any(m => m.Value == "${") };
        var end = 0;
        foreach (Match match in Reference().Matches(text))
        {
            parsed.Add(text[end..match.Index], isName: false);
            if (match.Groups["name"] is { Success: true, Value: var name }) parsed.Add(name, isName: true);
            else parsed.Add("${", isName: false);
            end = match.Index + match.Length;
        }
        parsed.Add(text[end..], isName: false);
        return parsed;
    }

    /// <param name="values">By name; a name that is not there is a fault of the program.</param>
    /// <param name="escape">What is done to each value.</param>
    public string Fill(IReadOnlyDictionary<string, string> values, Func<string, string>? escape = null)
    {
        if (_parts is []) return "";
        if (_parts is [(var only, false)]) return only;
        var filled = new StringBuilder();
        foreach (var (text, isName) in _parts) filled.Append(!isName ? text : escape is null ? values[text] : escape(values[text]));
        return filled.ToString();
    }

    private void Add(string text, bool isName)
    {
        if (text.Length > 0) _parts.Add((text, isName));
    }

    [GeneratedRegex(@"\$\$\{|\$\{((?<name>[A-Za-z][A-Za-z0-9_-]{0,62})\})?", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
