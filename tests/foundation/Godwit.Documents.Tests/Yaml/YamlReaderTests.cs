using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Documents;
using Godwit.Model.Findings;

namespace Godwit.Documents.Tests.Yaml;

public sealed class YamlReaderTests
{
    private static YamlReading Read(string text) => YamlReader.Read(text, "map.yaml", FindingCodes.MapFile);

    private static Finding OnlyFinding(string text)
    {
        var reading = Read(text);
        Assert.Null(reading.Root);
        return Assert.Single(reading.Findings);
    }

    [Fact]
    public void Every_node_and_key_knows_its_place()
    {
        var root = Assert.IsType<YamlMapping>(Read("a: 1\nlist:\n  - x\n  - inner: 'y'\n").Root);

        Assert.Equal((1, 1), (root.Line, root.Column));
        Assert.Equal((1, 4), (root["a"]!.Line, root["a"]!.Column));
        Assert.Equal((2, 1), (root.Entries[1].Key.Line, root.Entries[1].Key.Column));
        var list = Assert.IsType<YamlSequence>(root["list"]);
        Assert.Equal((3, 5), (list.Items[0].Line, list.Items[0].Column));
        var inner = Assert.IsType<YamlMapping>(list.Items[1]);
        Assert.Equal((4, 12), (inner["inner"]!.Line, inner["inner"]!.Column));
    }

    [Fact]
    public void Quotes_are_told_from_plain_text()
    {
        var root = Assert.IsType<YamlMapping>(Read("a: null\nb: 'null'\nc:\nd: \"~\"").Root);

        Assert.Equal([true, false, true, false], root.Entries.Select(e => ((YamlScalar)e.Value).IsNull));
        Assert.Equal("null", ((YamlScalar)root["b"]!).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    public void An_empty_document_has_no_root_and_no_finding(string text)
    {
        var reading = Read(text);
        Assert.Null(reading.Root);
        Assert.Empty(reading.Findings);
    }

    [Theory]
    [InlineData("a: 1\nb: 2\na: 3", 3, 1, "stands twice")]
    [InlineData("a: &x 1", 1, 4, "Anchors")]
    [InlineData("a: !!str 1", 1, 4, "Tags")]
    [InlineData("a: 1\n---\nb: 2", 2, 1, "second document")]
    [InlineData("<<: {a: 1}", 1, 1, "Merge keys")]
    [InlineData("[1, 2]: x", 1, 1, "A key is a list")]
    [InlineData("a: [1, 2", 2, 1, "malformed")]
    [InlineData("a: b: c", 1, 5, "malformed")]
    [InlineData("a: 1\n@b: x", 2, 1, "malformed")]
    [InlineData("a: 1\nb: \u0000", 2, 4, "control character")]
    public void What_surprises_is_a_finding_with_its_place(string text, int line, int column, string message)
    {
        var finding = OnlyFinding(text);
        Assert.Equal(FindingCodes.MapFile, finding.Code);
        Assert.Equal(new Place.InFile("map.yaml", line, column), finding.Place);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_is_refused_where_it_stands()
    {
        var findings = Read("a: &x 1\nb: *x").Findings;
        Assert.Contains(findings, f => f.Place == new Place.InFile("map.yaml", 2, 4) && f.Message.StartsWith("Aliases", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Nesting_is_limited(int depth, bool isRead)
    {
        var reading = Read(new string('[', depth) + new string(']', depth));
        Assert.Equal(isRead, reading.Root is not null);
        if (!isRead) Assert.Contains("deeper than 64", Assert.Single(reading.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Size_is_limited()
    {
        var text = "a: '" + new string('x', YamlLimits.Bytes) + "'";
        Assert.Contains("larger than 4 MB", OnlyFinding(text).Message, StringComparison.Ordinal);
        Assert.Contains("larger than 4 MB", Assert.Single(YamlReader.Read(Encoding.UTF8.GetBytes(text), "map.yaml", FindingCodes.MapFile).Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_a_finding() =>
        Assert.Contains("UTF-8", Assert.Single(YamlReader.Read([0x61, 0x3a, 0x20, 0xff], "map.yaml", FindingCodes.MapFile).Findings).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_a_finding()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Assert.Contains("cannot be read", Assert.Single(YamlReader.ReadFile(path, FindingCodes.MapFile).Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_makes_the_reader_throw()
    {
        var pieces = Gen.Elements("a", ":", " ", "\n", "- ", "[", "]", "{", "}", ",", "?", "&x", "*x", "!t", "%", "@", "|", ">", "'", "\"", "\\", "#", "<<", "---", "...", "\t", "é", "\u0000", "\ufeff", "1");
        var texts = pieces.ListOf().Select(string.Concat).ToArbitrary();
        Prop.ForAll(texts, text =>
        {
            var reading = Read(text);
            return reading.Findings.Count == 0 || reading.Root is null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }
}
