using System.Text.Json;

namespace Godwit.Journeys.Running;

/// <summary>What a command left: exit code, both streams, and the document of <c>--json</c> as a reader of the documentation would read it.</summary>
public sealed record Outcome(int ExitCode, string Output, string Error)
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    private RunDocument? _document;

    public RunDocument Document => _document ??= JsonSerializer.Deserialize<RunDocument>(Output, CamelCase)!;

    public IEnumerable<string> Codes => Document.Findings.Select(f => f.Code);

    public IReadOnlyList<FindingLine> Errors => [.. Document.Findings.Where(f => f.Severity == "error")];

    public TableLine Table(string source) => Assert.Single(Document.Tables, t => t.Source == source);

    /// <summary>The one finding of a code, whatever else there is.</summary>
    public FindingLine Finding(string code) => Assert.Single(Document.Findings, f => f.Code == code);

    public FindingLine Finding(string code, string column) => Assert.Single(Document.Findings, f => f.Code == code && f.Column == column);

    public Outcome MustBe(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit {ExitCode} instead of {exitCode}\n{Output}\n{Error}");
        return this;
    }

    /// <summary>Exit 0, every table verified, nothing different.</summary>
    public Outcome MustBeVerified()
    {
        MustBe(0);
        Assert.Equal("verified", Document.Outcome);
        Assert.Empty(Document.Mismatches);
        Assert.All(Document.Tables, t => Assert.True(t.Verified, $"{t.Source} is not verified"));
        return this;
    }
}

public sealed record RunDocument
{
    public required string Command { get; init; }

    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public string? Run { get; init; }

    public IReadOnlyList<TableLine> Tables { get; init; } = [];

    public IReadOnlyList<FindingLine> Findings { get; init; } = [];

    public IReadOnlyList<FindingLine> Mismatches { get; init; } = [];

    public long Quarantined { get; init; }

    public IReadOnlyList<NotMovedLine> NotMoved { get; init; } = [];

    public string? NotMovedFile { get; init; }

    public string? Certificate { get; init; }

    public string? Fault { get; init; }

    public string? Next { get; init; }
}

public sealed record TableLine(string Source, string Target, long Rows, long Quarantined, int Ranges, bool? Verified, HashLine? Hash, IReadOnlyList<ColumnLine> Columns)
{
    public ColumnLine Column(string source) => Assert.Single(Columns, c => c.Source == source);

    public string Types => string.Join(", ", Columns.Select(c => c.Type));
}

public sealed record HashLine(long Count, string Sum, string Xor);

public sealed record ColumnLine(string Source, string Target, string Declared, string Type, string Reason);

public sealed record NotMovedLine(string Kind, string Name, string Code, string Reason);

public sealed record FindingLine
{
    public required string Code { get; init; }

    public required string Severity { get; init; }

    public required string Message { get; init; }

    public string? Table { get; init; }

    public string? Row { get; init; }

    public string? Column { get; init; }

    public string? Place { get; init; }

    public string? Remedy { get; init; }

    public string? SourceText { get; init; }

    public string? Value { get; init; }
}
