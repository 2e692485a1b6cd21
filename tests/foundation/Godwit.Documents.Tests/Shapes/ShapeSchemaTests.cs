using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Documents.Tests.Shapes;

public sealed class ShapeSchemaTests
{
    private static readonly JsonObject s_schema = ShapeSchema.Create(ShapeReaderTests.Example, "Example");

    private static bool IsValid(string yaml, JsonObject? schema = null) =>
        new SchemaValidator(schema ?? s_schema).IsValid(SchemaValidator.FromYaml(YamlReader.Read(yaml, "a.yaml", FindingCodes.RunbookUnreadable).Root!));

    [Theory]
    [InlineData("name: a")]
    [InlineData("name: a\nmode: fast\nrows: 5\nshare: 0.5\nloud: true\nevery: 5m\nscript: a.sql\ntags: [x]\nlabels: {x: 1, y: true}\nsql: select 1")]
    [InlineData("name: a\nsql: {up: a, down: b}\nitems:\n- wait: 5s\n  id: x\n- stop:\n- wait: {time: 1m}")]
    [InlineData("name: a\nitems:\ntags:\nlabels:")]
    public void What_the_reader_takes_is_valid(string yaml) => Assert.True(IsValid(yaml));

    [Theory]
    [InlineData("mode: fast")]
    [InlineData("name: A")]
    [InlineData("name: a\nmode: slow")]
    [InlineData("name: a\nrows: 0")]
    [InlineData("name: a\nrows: 5001")]
    [InlineData("name: a\nshare: 2")]
    [InlineData("name: a\nloud: 'true'")]
    [InlineData("name: a\nevery: 30")]
    [InlineData("name: a\ntags: [a, b, c, d]")]
    [InlineData("name: a\nlabels: {1x: 1}")]
    [InlineData("name: a\nunknown: 1")]
    [InlineData("name: a\nsql: {down: b}")]
    [InlineData("name: a\nitems: [{wait: 5s, stop: {}}]")]
    [InlineData("name: a\nitems: [{id: x}]")]
    [InlineData("name: a\nitems: [{wiat: 5s}]")]
    public void What_it_refuses_is_not(string yaml) => Assert.False(IsValid(yaml));

    [Fact]
    public void Descriptions_end_with_a_stop_and_defaults_are_values()
    {
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", s_schema["$schema"]!.GetValue<string>());
        var properties = s_schema["properties"]!;
        Assert.Equal("How many.", properties["rows"]!["description"]!.GetValue<string>());
        Assert.Equal("1000", properties["rows"]!["default"]!.ToJsonString());
        Assert.Equal("false", properties["loud"]!["default"]!.ToJsonString());
        Assert.Equal("""["a","b"]""", properties["tags"]!["default"]!.ToJsonString());
        Assert.Equal("""["name"]""", s_schema["required"]!.ToJsonString());
    }

    [Fact]
    public void A_named_shape_stands_once()
    {
        var step = new Shape.Map(new Field("a", new Shape.Flag(), "A")) { Name = "step" };
        var schema = ShapeSchema.Create(new Shape.Map(new Field("x", step, "One"), new Field("y", new Shape.List(step), "Many")), "Two");
        Assert.Single(schema["$defs"]!.AsObject());
        Assert.Equal("#/$defs/step", schema["properties"]!["x"]!["$ref"]!.GetValue<string>());
        Assert.Equal("One.", schema["properties"]!["x"]!["description"]!.GetValue<string>());
        Assert.True(IsValid("x: {a: true}\ny: [{a: false}]", schema));
        Assert.False(IsValid("y: [{b: false}]", schema));
    }

    [Fact]
    public void Where_parameters_are_taken_a_number_may_be_one()
    {
        var shape = new Shape.Map(
            new Field("rows", new Shape.Whole(), "Outside"),
            new Field("step", new Shape.OneOf([], [new Field("copy", new Shape.Map(new Field("rows", new Shape.Whole(), "Inside")), "Copies")]), "A step"));
        var schema = ShapeSchema.Create(shape, "Parameters", takesParameters: true);
        Assert.True(IsValid("step: {copy: {rows: '${rows}'}}", schema));
        Assert.True(IsValid("step: {copy: {rows: 5}}", schema));
        Assert.False(IsValid("step: {copy: {rows: many}}", schema));
        Assert.False(IsValid("rows: '${rows}'", schema));
    }

    [Fact]
    public void Without_kinds_nothing_is_valid_and_the_schema_is_still_one()
    {
        var schema = ShapeSchema.Create(new Shape.Map(new Field("steps", new Shape.List(new Shape.OneOf([], [])), "Steps")), "Empty");
        Assert.True(IsValid("steps: []", schema));
        Assert.False(IsValid("steps: [{}]", schema));
    }

    [Fact]
    public void A_default_that_does_not_fit_its_shape_is_a_fault_of_the_program() =>
        Assert.Throws<ArgumentException>(() => ShapeSchema.Create(new Shape.Map(new Field("a", new Shape.Whole(), "A") { Default = "x" }), "Wrong"));
}
