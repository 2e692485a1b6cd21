using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Expectations;
using Godwit.Engine.Http;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Checks;

/// <summary>A question with an expected answer, asked of the target or of a service. Asking changes nothing.</summary>
/// <param name="Name">What evidence calls it.</param>
/// <param name="Warns">An answer that is not as expected is a warning.</param>
public abstract record Check(string Name, bool Warns)
{
    private const string SqlKey = "sql", HttpKey = "http";

    /// <param name="Query">Its first row's first column is the answer.</param>
    public sealed record Sql(string Name, bool Warns, string Query, Expectation Expected, SessionTerms Terms) : Check(Name, Warns)
    {
        /// <summary>The source that is asked; null is the target.</summary>
        public string? Source { get; init; }
    }

    public sealed record Http(string Name, bool Warns, HttpRequestSettings Request) : Check(Name, Warns);

    /// <summary>Another database than the target, by its name in the runbook.</summary>
    public static Field SourceField { get; } = new("source", new Shape.Text { MaxLength = 200 }, "The source that is asked instead of the target: a PostgreSQL database of the runbook's sources");

    public static Shape.Map SqlShape { get; } = new(
    [
        new Field("query", new Shape.Text(), "A query, which must not write; the first column of its first row is the answer", Required: true),
        .. Expectation.Fields,
        SourceField,
        new Field("search_path", new Shape.Text { MaxLength = 1000 }, "Where unqualified names are looked up") { Default = "public" },
        new Field("statement_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)), "How long the query may take") { Default = "30s" },
    ])
    {
        Short = "query",
        Name = "sql check",
        Description = "A query and its expected answer",
    };

    public static Shape.Map HttpShape { get; } = new(HttpRequestSettings.Fields("GET"))
    {
        Short = "url",
        Name = "http check",
        Description = "A request and its expected answer",
    };

    public static Shape.OneOf Shape { get; } = new(
        [
            new("name", new Shape.Text(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 100 }, "What evidence calls it; without it its kind and place in the list"),
            new("warns", new Shape.Flag(), "An answer that is not as expected is a warning: `observe` stops until somebody has looked, everything else goes on and says so") { Default = "false" },
        ],
        [new(SqlKey, SqlShape, "Asks the target, or a source"), new(HttpKey, HttpShape, "Asks a service")])
    {
        Name = "check",
        Description = "A question with an expected answer",
    };

    /// <summary>A list of checks, as kinds have it in their settings.</summary>
    public static Field ListField(string name, string description, bool required = false) => new(name, new Shape.List(Shape) { Min = required ? 1 : 0, Max = 200 }, description, required);

    public static IReadOnlyList<Check> ReadAll(JsonObject settings, string key, IReadOnlyDictionary<string, PlannedFile> files) =>
        [.. settings.Maps(key).Select((item, i) => Read(item, i, files))];

    /// <param name="item">In normal form.</param>
    /// <param name="index">Its place in the list.</param>
    /// <param name="files">The plan's.</param>
    public static Check Read(JsonObject item, int index, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var (name, warns) = (item.TextOrNull("name"), item.FlagOrNull("warns") is true);
        return item.MapOrNull(SqlKey) is { } sql
            ? new Sql(name ?? $"{SqlKey}-{index + 1}", warns, sql.Text("query"), Expectation.Read(sql), TermsOf(sql)) { Source = sql.TextOrNull("source") }
            : new Http(name ?? $"{HttpKey}-{index + 1}", warns, HttpRequestSettings.Read(item.Map(HttpKey), files));
    }

    public static SessionTerms TermsOf(JsonObject sql) => new(sql.Duration("statement_timeout"), TimeSpan.FromSeconds(2), sql.Text("search_path"));

    /// <param name="settings">Of the step or gate, or of a part of it.</param>
    /// <param name="key">Where the list stands.</param>
    /// <param name="at">Where a value was written.</param>
    /// <param name="pointer">Of <paramref name="settings"/> in the whole.</param>
    public static IEnumerable<Finding> CheckAll(JsonObject settings, string key, Func<string, Place.InFile?> at, string pointer = "")
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, item) in settings.Maps(key).Index())
        {
            var place = at($"{pointer}/{key}/{i}");
            if (item.MapOrNull(HttpKey) is { } http)
            {
                foreach (var finding in HttpRequestSettings.Check(http, place)) yield return finding;
            }
            if (item.TextOrNull("name") is { } name && !names.Add(name)) yield return Finding.Error(FindingCodes.KindSettings, $"Two checks of one list have the name \"{name}\"", place);
        }
    }
}
