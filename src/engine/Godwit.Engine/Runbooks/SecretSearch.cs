using System.Text.RegularExpressions;
using Godwit.Documents;
using Godwit.Model.Findings;

namespace Godwit.Engine.Runbooks;

/// <summary>Looks for URLs where a variable's name belongs, and for passwords in URLs anywhere.</summary>
internal sealed partial class SecretSearch(string path)
{
    private const string HowToGive = "Name an environment variable that holds the URL: {env: DATABASE_URL}; or DATABASE_URL_FILE names a file with it, or write {file: /run/secrets/database-url}";

    private static readonly YamlScalar s_stand = new("DATABASE_URL", IsPlain: true, 1, 1);

    public List<Finding> Findings { get; } = [];

    /// <summary>The document with a valid address in place of each URL, so that reading it does not tell the same again in other words.</summary>
    public YamlMapping Apply(YamlMapping root) => Change(root, entry => entry switch
    {
        { Key.Value: "target" } => Address(entry),
        { Key.Value: "sources", Value: YamlMapping sources } => Change(sources, Address),
        _ => Search(entry.Value),
    });

    private static YamlMapping Change(YamlMapping mapping, Func<YamlEntry, YamlNode> change) =>
        new([.. mapping.Entries.Select(e => new YamlEntry(e.Key, change(e)))], mapping.Line, mapping.Column);

    private YamlNode Address(YamlEntry entry)
    {
        if (Scalars(entry.Value).FirstOrDefault(s => Literal().IsMatch(s.Value)) is not { } url) return entry.Value;
        Add(url, $"The URL of \"{entry.Key.Value}\" stands in the runbook", HowToGive);
        return new YamlMapping([new YamlEntry(s_stand with { Value = "env" }, s_stand)], entry.Value.Line, entry.Value.Column);
    }

    private YamlNode Search(YamlNode node)
    {
        foreach (var scalar in Scalars(node).Where(s => Password().IsMatch(s.Value)))
            Add(scalar, "A URL with a password stands here", "Take it out, and name an environment variable that holds the URL where the step's kind has a key for that");
        return node;
    }

    private static IEnumerable<YamlScalar> Scalars(YamlNode node) => node switch
    {
        YamlScalar scalar => [scalar],
        YamlSequence sequence => sequence.Items.SelectMany(Scalars),
        YamlMapping mapping => mapping.Entries.SelectMany(e => Scalars(e.Value)),
        _ => [],
    };

    private void Add(YamlNode node, string message, string remedy) =>
        Findings.Add(Finding.Error(FindingCodes.RunbookSecret, message, new Place.InFile(path, node.Line, node.Column), remedy));

    /// <summary>A URL, or libpq's keywords (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE).</summary>
    [GeneratedRegex(@"://|\b(host|password|dbname|server)\s*=", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Literal();

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@")]
    private static partial Regex Password();
}
