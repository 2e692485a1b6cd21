using System.Text.RegularExpressions;
using Godwit.Repository.Tests.Layout;

namespace Godwit.Repository.Tests.Tidy;

/// <summary>A link between the repository's documents leads somewhere, to the heading too.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file_and_a_heading()
    {
        var dead = new List<string>();
        foreach (var page in SourceTree.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)))
        {
            foreach (var link in Links(SourceTree.Read(page)))
            {
                if (link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal))
                    continue;
                var parts = link.Split('#', 2);
                var file = parts[0].Length == 0 ? page : Path.GetRelativePath(SourceTree.Root, Path.GetFullPath(Path.Combine(SourceTree.Root, Path.GetDirectoryName(page)!, parts[0])));
                if (file.StartsWith("..", StringComparison.Ordinal) || !SourceTree.Exists(file))
                    dead.Add($"{page}: {link}");
                else if (parts.Length == 2 && file.EndsWith(".md", StringComparison.Ordinal) && !Anchors(SourceTree.Read(file)).Contains(parts[1]))
                    dead.Add($"{page}: no heading for {link}");
            }
        }
        Offenders.AssertNone(dead);
    }

    [Theory]
    [InlineData("see [a](b.md), ![c](d.png \"title\") and [e](#f)", new[] { "b.md", "d.png", "#f" })]
    [InlineData("```\n[no](code.md)\n```\n[yes](text.md) `[no](span.md)`", new[] { "text.md" })]
    [InlineData("[ref]: target.md", new[] { "target.md" })]
    public void Links_are_found_outside_code(string text, string[] links) => Assert.Equal(links, Links(text));

    [Fact]
    public void Headings_become_anchors_as_on_the_web() =>
        Assert.Equal(["what---accept-does", "the-run_id-field"], Anchors("# What `--accept` does\n\ntext\n## The *run_id* field!\n").Order(StringComparer.Ordinal).Reverse());

    private static IEnumerable<string> Links(string text) =>
        Link().Matches(CodeSpan().Replace(WithoutFences(text), "")).Select(m => m.Groups["target"].Value);

    private static HashSet<string> Anchors(string text) =>
        [.. WithoutFences(text).Split('\n').Where(l => l.StartsWith('#')).Select(l => NotInAnchor().Replace(l.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    private static string WithoutFences(string text)
    {
        var inside = false;
        return string.Join('\n', text.Split('\n').Where(l => l.TrimStart().StartsWith("```", StringComparison.Ordinal) ? (inside = !inside) && false : !inside));
    }

    [GeneratedRegex("""\]\((?<target>[^)\s]+)(\s+"[^"]*")?\)|^\[[^\]]+\]:\s+(?<target>\S+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
