using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Documents.Tests.Shapes;

public sealed class ShapeReaderTests : IDisposable
{
    private static readonly ShapeCodes s_codes =
        new(FindingCodes.RunbookValue, FindingCodes.RunbookKey, FindingCodes.RunbookMissing, FindingCodes.RunbookNoFile, FindingCodes.RunbookOutside);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    internal static Shape.Map Example { get; } = new(
        new Field("name", new Shape.Text("[a-z]+") { Expected = "lower-case letters" }, "Names it", Required: true),
        new Field("mode", new Shape.Choice("fast", "careful"), "How") { Default = "careful" },
        new Field("rows", new Shape.Whole(1, 5000), "How many") { Default = "1000" },
        new Field("share", new Shape.Number(0, 1), "How much"),
        new Field("loud", new Shape.Flag(), "Whether it is heard") { Default = "false" },
        new Field("every", new Shape.Duration(), "How often") { Default = "30s" },
        new Field("script", new Shape.File(), "What runs"),
        new Field("tags", new Shape.List(new Shape.Text()) { Max = 3 }, "Words about it") { Default = "[a, b]" },
        new Field("labels", new Shape.Named(new Shape.Scalar()), "Words by name"),
        new Field("sql", new Shape.Map(new Field("up", new Shape.Text(), "There", Required: true), new Field("down", new Shape.Text(), "Back")) { Short = "up" }, "Text of SQL"),
        new Field("items", new Shape.List(new Shape.OneOf(
            [new Field("id", new Shape.Text(), "Its name")],
            [new Field("wait", new Shape.Map(new Field("time", new Shape.Duration(), "How long", Required: true)) { Short = "time" }, "Waits"), new Field("stop", new Shape.Map(), "Stops")])), "What is done"));

    private ShapeReading Read(string yaml, Shape? shape = null, string below = "") =>
        ShapeReader.Read(
            YamlReader.Read(yaml, "book.yaml", FindingCodes.RunbookUnreadable).Root!, shape ?? Example, new ShapeSource("book.yaml", new DocumentFolder(_folder.Path), below, s_codes));

    private JsonObject ReadClean(string yaml)
    {
        var reading = Read(yaml);
        Assert.Empty(reading.Findings);
        return reading.Value!.AsObject();
    }

    private (string Code, int Line, int Column, string Message, string? Remedy) OnlyFinding(string yaml)
    {
        var finding = Assert.Single(Read(yaml).Findings);
        var place = Assert.IsType<Place.InFile>(finding.Place);
        Assert.Equal("book.yaml", place.Path);
        return (finding.Code.Id, place.Line, place.Column, finding.Message, finding.Remedy);
    }

    [Fact]
    public void Defaults_are_filled_in_and_keys_stand_in_the_order_of_the_shape() =>
        Assert.Equal(
            """{"name":"a","mode":"careful","rows":1000,"loud":false,"every":"30s","tags":["a","b"]}""",
            ReadClean("name: a").ToJsonString());

    [Fact]
    public void Every_kind_of_value_has_one_form()
    {
        _folder.Write("sql/a.sql", "");
        Assert.Equal(
            """{"name":"a","mode":"fast","rows":5,"share":"0.50","loud":true,"every":"5m","script":"sql/a.sql","tags":[],"labels":{"x":"1","y":"null"},"sql":{"up":"select 1"},"items":[{"id":"7","wait":{"time":"5s"}},{"stop":{}}]}""",
            ReadClean("every: 5m\nname: a\nmode: fast\nrows: 5\nshare: 0.50\nloud: true\nscript: ./sql/a.sql\ntags: []\nlabels: {x: 1, y: null}\nsql: select 1\nitems:\n- id: 7\n  wait: 5s\n- stop:\n").ToJsonString());
    }

    [Fact]
    public void A_short_form_and_a_long_one_are_the_same() =>
        Assert.Equal(ReadClean("name: a\nsql: x").ToJsonString(), ReadClean("name: a\nsql: {up: x}").ToJsonString());

    [Fact]
    public void Every_value_has_its_place_by_JSON_pointer()
    {
        var places = Read("name: a\nlabels:\n  x: 1\nitems:\n  - wait: 5s\n  - id: q\n    wait: {time: 1m}\n").Places;
        Assert.Equal(new Place.InFile("book.yaml", 1, 1), places[""]);
        Assert.Equal(new Place.InFile("book.yaml", 3, 6), places["/labels/x"]);
        Assert.Equal(new Place.InFile("book.yaml", 5, 11), places["/items/0/wait/time"]);
        Assert.Equal(new Place.InFile("book.yaml", 6, 5), places["/items/1"]);
        Assert.Equal(new Place.InFile("book.yaml", 7, 18), places["/items/1/wait/time"]);
    }

    [Theory]
    [InlineData("name: A", 1, 7, "\"name\" must be lower-case letters")]
    [InlineData("name: [a]", 1, 7, "but is a list")]
    [InlineData("name:", 1, 6, "has no value")]
    [InlineData("name: a\nmode: quick", 2, 7, "one of fast, careful")]
    [InlineData("name: a\nrows: 0", 2, 7, "from 1 to 5000")]
    [InlineData("name: a\nrows: '5'", 2, 7, "without quotes")]
    [InlineData("name: a\nrows: 99999999999999999999", 2, 7, "from 1 to 5000")]
    [InlineData("name: a\nshare: 1.01", 2, 8, "from 0 to 1")]
    [InlineData("name: a\nshare: 1e3", 2, 8, "from 0 to 1")]
    [InlineData("name: a\nloud: yes", 2, 7, "true or false")]
    [InlineData("name: a\nevery: 30", 2, 8, "a length of time")]
    [InlineData("name: a\ntags: x", 2, 7, "must be a list")]
    [InlineData("name: a\ntags: [a, b, c, d]", 2, 7, "at most 3")]
    [InlineData("name: a\nlabels: {1x: a}", 2, 10, "A name in \"labels\"")]
    [InlineData("name: a\nlabels: [x]", 2, 9, "mapping of names")]
    [InlineData("name: a\nlabels: {x: [1]}", 2, 13, "a plain value")]
    [InlineData("name: a\nlabels: {x: }", 2, 13, "has no value")]
    [InlineData("name: a\nsql: {up: a, down: {}}", 2, 20, "but is a mapping")]
    [InlineData("name: a\nitems: [{wait: 5s, stop: {}}]", 2, 20, "it is one or the other")]
    [InlineData("name: a\nitems: [x]", 2, 9, "must be a mapping")]
    public void A_wrong_value_is_a_finding_at_its_place(string yaml, int line, int column, string message)
    {
        var finding = OnlyFinding(yaml);
        Assert.Equal(("GW1602", line, column), (finding.Code, finding.Line, finding.Column));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Characters_that_no_plan_can_keep_are_refused()
    {
        Assert.Contains("NUL character", OnlyFinding("name: a\ntags: [\"\\0\"]").Message, StringComparison.Ordinal);
        // YAML's own reader refuses half a pair; a text that was put into a document later may hold one.
        var half = ShapeReader.Read(new YamlScalar("\ud800", IsPlain: false, 1, 1), new Shape.Text(), new ShapeSource("book.yaml", new DocumentFolder(_folder.Path), "", s_codes));
        Assert.Contains("half a character pair", Assert.Single(half.Findings).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mode: fast", 1, 1, "no key \"name\"")]
    [InlineData("name: a\nsql: {down: b}", 2, 6, "no key \"up\"")]
    [InlineData("name: a\nsql:", 2, 5, "no key \"up\"")]
    [InlineData("name: a\nitems: [{id: x}]", 2, 9, "does not say what it is")]
    public void A_missing_key_is_a_finding_at_the_mapping(string yaml, int line, int column, string message)
    {
        var finding = OnlyFinding(yaml);
        Assert.Equal(("GW1604", line, column), (finding.Code, finding.Line, finding.Column));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: a\nevry: 5s", 2, 1, "Did you mean \"every\"? Keys are: name")]
    [InlineData("name: a\nquux: 5s", 2, 1, "Keys are: name")]
    [InlineData("name: a\nitems:\n- wiat: 5s", 3, 3, "Did you mean \"wait\"?")]
    [InlineData("name: a\nitems:\n- stop: {at: 1}", 3, 10, "There are none")]
    public void An_unknown_key_is_a_finding_that_says_which_was_meant(string yaml, int line, int column, string remedy)
    {
        var finding = OnlyFinding(yaml);
        Assert.Equal(("GW1603", line, column), (finding.Code, finding.Line, finding.Column));
        Assert.StartsWith(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_word_is_recognised() => Assert.Equal("Did you mean careful?", OnlyFinding("name: a\nmode: carefull").Remedy);

    [Fact]
    public void A_file_must_exist_in_the_folder()
    {
        Assert.Equal("GW1605", OnlyFinding("name: a\nscript: gone.sql").Code);
        Assert.Equal("GW1606", OnlyFinding("name: a\nscript: ../x.sql").Code);
    }

    [Fact]
    public void Paths_start_at_the_document_and_are_kept_from_the_folder()
    {
        _folder.Write("parts/a.sql", "");
        Assert.Equal("parts/a.sql", Read("name: a\nscript: a.sql", below: "parts").Value!["script"]!.GetValue<string>());
    }

    [Fact]
    public void Everything_is_found_at_once_from_top_to_bottom_and_the_rest_is_read()
    {
        var reading = Read("nam: a\nrows: many\nitems:\n  - wait: long\n  - stop: {}\nevery: 5s\nsql: {dwon: x}\n");
        Assert.Equal(
            ["1:1 GW1604", "1:1 GW1603", "2:7 GW1602", "4:11 GW1602", "7:6 GW1604", "7:7 GW1603"],
            reading.Findings.Select(f => $"{((Place.InFile)f.Place!).Line}:{((Place.InFile)f.Place).Column} {f.Code}"));
        Assert.Equal("5s", reading.Value!["every"]!.GetValue<string>());
        Assert.Null(reading.Value["rows"]);
    }

    [Fact]
    public void A_message_never_repeats_a_value() =>
        Assert.All(Read("name: s3cret\nmode: s3cret\nrows: s3cret\nloud: s3cret\nevery: s3cret\nshare: s3cret\ntags: s3cret\nitems: s3cret").Findings, f =>
            Assert.DoesNotContain("s3cret", f.Message + f.Remedy, StringComparison.Ordinal));

    [Fact]
    public void No_document_makes_the_reader_throw()
    {
        var words = Gen.Elements("name", "mode", "rows", "share", "loud", "every", "script", "tags", "labels", "sql", "up", "items", "wait", "time", "stop", "id", "a", "5", "5s", "true", "''", "~", "\"\\0\"", "..");
        var nodes = Gen.Sized(size => Node(words, Math.Min(size, 4)));
        Prop.ForAll(nodes.ToArbitrary(), yaml =>
        {
            if (YamlReader.Read(yaml, "book.yaml", FindingCodes.RunbookUnreadable).Root is not { } root) return true;
            var reading = ShapeReader.Read(root, Example, new ShapeSource("book.yaml", new DocumentFolder(_folder.Path), "", s_codes));
            return reading.Findings.Count > 0 || reading.Value is not null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    private static Gen<string> Node(Gen<string> words, int depth) => depth == 0 ? words : Gen.OneOf(
        words,
        Node(words, depth - 1).ListOf().Select(l => $"[{string.Join(", ", l.Take(3))}]"),
        words.SelectMany(k => Node(words, depth - 1).Select(v => $"{k}: {v}")).ListOf().Select(l => $"{{{string.Join(", ", l.Take(6))}}}"));
}
