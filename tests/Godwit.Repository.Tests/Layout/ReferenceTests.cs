using System.Xml.Linq;

namespace Godwit.Repository.Tests.Layout;

/// <summary>The table in ARCHITECTURE.md is the law: each project, and the projects it refers to.</summary>
public sealed class ReferenceTests
{
    private const string Fence = "```references";

    [Fact]
    public void Every_reference_is_in_the_table_and_every_line_of_the_table_is_a_reference()
    {
        var written = Written();
        var found = Found();
        Offenders.AssertNone(found.Except(written).Select(e => $"not in the table of ARCHITECTURE.md: {e}"));
        Offenders.AssertNone(written.Except(found).Select(e => $"stale in the table of ARCHITECTURE.md: {e}"));
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_the_other_way_round()
    {
        var solution = XDocument.Parse(SourceTree.Read("Godwit.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value).Order(StringComparer.Ordinal);
        Assert.Equal(Projects(), solution);
    }

    [Theory]
    [InlineData("Godwit.Engine", "Godwit.Postgres")]
    [InlineData("Godwit.Engine", "Godwit.Sqlite")]
    [InlineData("Godwit.Postgres", "Godwit.Sqlite")]
    [InlineData("Godwit.Sqlite", "Godwit.Postgres")]
    [InlineData("Godwit.Security", "Godwit.Model")]
    public void What_must_not_know_each_other_does_not_whatever_the_table_says(string from, string to) =>
        Assert.DoesNotContain($"{from} -> {to}", Found());

    [Fact]
    public void The_model_knows_no_project_and_no_package() =>
        Assert.DoesNotContain(XDocument.Parse(SourceTree.Read("src/engine/Godwit.Model/Godwit.Model.csproj")).Descendants(), e => e.Name.LocalName.EndsWith("Reference", StringComparison.Ordinal));

    private static IEnumerable<string> Projects() => SourceTree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));

    private static HashSet<string> Found() =>
    [
        .. Projects().SelectMany(project =>
        {
            var references = XDocument.Parse(SourceTree.Read(project)).Descendants("ProjectReference").Select(r => r.Attribute("Include")!.Value).ToList();
            Assert.All(references, r => Assert.True(SourceTree.Exists(Path.Combine(Path.GetDirectoryName(project)!, r)), $"{project} refers to {r}, which is not there"));
            return Edges(Path.GetFileNameWithoutExtension(project), references.Select(r => Path.GetFileNameWithoutExtension(r)));
        }),
    ];

    private static HashSet<string> Written()
    {
        var lines = SourceTree.Read("ARCHITECTURE.md").Split('\n').SkipWhile(l => l != Fence).Skip(1).TakeWhile(l => l != "```").ToList();
        Assert.NotEmpty(lines);
        return [.. lines.SelectMany(line =>
        {
            var parts = line.Split("->", StringSplitOptions.TrimEntries);
            Assert.True(parts.Length == 2, $"not a line of the table: {line}");
            return Edges(parts[0], parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        })];
    }

    /// <summary>A project without references is an edge to nothing, so that the table holds it too.</summary>
    private static IEnumerable<string> Edges(string from, IEnumerable<string> to) => [$"{from} -> ", .. to.Select(t => $"{from} -> {t}")];
}
