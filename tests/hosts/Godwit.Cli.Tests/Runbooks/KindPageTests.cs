using System.Text.RegularExpressions;
using Godwit.Cli.Runbooks;

namespace Godwit.Cli.Tests.Runbooks;

/// <summary>docs/steps.md and docs/gates.md have a section for every kind, with its settings as the program reads them.</summary>
public sealed partial class KindPageTests
{
    public static TheoryData<string, string> AllKinds =>
    [
        .. Kinds.All.Steps.Select(k => ("steps.md", $"step.{k.Name}")),
        .. Kinds.All.Gates.Select(k => ("gates.md", $"gate.{k.Name}")),
    ];

    [Theory]
    [MemberData(nameof(AllKinds))]
    public async Task A_kind_has_a_section_with_its_settings(string file, string kind)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(TestServers.RepositoryFolder.Path, "docs", file), TestContext.Current.CancellationToken);
        Assert.Contains($"\n## {kind[(kind.IndexOf('.', StringComparison.Ordinal) + 1)..]}\n", page, StringComparison.Ordinal);
        var begin = $"<!-- {kind} -->\n";
        var start = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        Assert.True(start >= begin.Length, $"docs/{file} has no {begin}");
        var written = page[start..page.IndexOf("<!-- end -->", start, StringComparison.Ordinal)].Trim();
        var expected = TableOf(kind);
        Assert.True(written == expected, $"docs/{file} is not what the program reads. Put this after <!-- {kind} --> in it:\n\n{expected}\n");
    }

    /// <summary>The kind's table in the reference; what it refers to is there.</summary>
    private static string TableOf(string kind)
    {
        var reference = SchemaCommand.ReferenceOf(Kinds.All);
        var table = Section(reference, kind) is { } own ? own[own.IndexOf('|', StringComparison.Ordinal)..] : RowOf(reference, kind.Split('.'));
        return Links().Replace(table, "](runbook.md#").Trim();
    }

    /// <summary>A kind with a single setting that may stand alone has no table: its row says all.</summary>
    private static string RowOf(string reference, string[] kind) =>
        "| key | value | |\n|---|---|---|\n" + Section(reference, kind[0])!.Split('\n').Single(l => l.StartsWith($"| `{kind[1]}` |", StringComparison.Ordinal));

    private static string? Section(string reference, string title)
    {
        var start = reference.IndexOf($"### {title}\n", StringComparison.Ordinal);
        if (start < 0) return null;
        var end = reference.IndexOf("\n### ", start, StringComparison.Ordinal);
        return end < 0 ? reference[start..] : reference[start..end];
    }

    [GeneratedRegex(@"\]\(#")]
    private static partial Regex Links();
}
