using Godwit.Engine.Mapping;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Engine.Tests.Transforms;

/// <summary>Transforms of a mapping file, and what tells whether their secrets are the same again.</summary>
public sealed class MoveTransformsTests
{
    [Fact]
    public void A_mapping_file_writes_transforms_as_a_backfill_does()
    {
        var map = Read("v: { transform: { lower: w } }, k: { transform: { hash: { key: PEPPER } }, drop: [checks, foreign-keys] }, m: { transform: { merge: [a, b] } }, x: { leave_out: true, drop: views }");
        Assert.Equal(new ColumnTransform("lower", "{}", ["w"]), map.Column("t", "v")!.Transform);
        Assert.Equal(new ColumnTransform("hash", """{"key":"PEPPER","output":"hex"}""", ["k"]), map.Column("t", "k")!.Transform);
        Assert.Equal([Dependents.Checks, Dependents.ForeignKeys], map.Column("t", "k")!.Drop);
        Assert.Equal(["a", "b"], map.Column("t", "m")!.Transform!.Inputs);
        Assert.True(map.Column("t", "x")!.LeaveOut);
    }

    [Fact]
    public void The_order_of_parameters_says_nothing() => Assert.Equal(
        Read("v: { transform: { split: { part: 1, separator: '-' } } }").Column("t", "v")!.Transform, Read("v: { transform: { split: { separator: '-', part: 1 } } }").Column("t", "v")!.Transform);

    [Theory]
    [InlineData("{ transform: { sql: now() } }", "GW1219")]
    [InlineData("{ transform: lower }", "GW1401")]
    [InlineData("{ transform: { lower: v, hash: v } }", "GW1401")]
    [InlineData("{ transform: { lookup: { values: {} } } }", "GW1741")]
    [InlineData("{ transform: { lower: v }, type: timestamp, format: unix-seconds }", "GW1401")]
    [InlineData("{ leave_out: maybe }", "GW1401")]
    [InlineData("{ drop: [checks] }", "GW1401")]
    [InlineData("{ transform: { copy: v }, drop: [checks] }", "GW1401")]
    public void What_is_wrong_has_its_place(string column, string code)
    {
        var finding = Assert.Single(MapFileReader.Read($"tables:\n  t:\n    columns:\n      v: {column}", "map.yaml").Findings);
        Assert.Equal((code, 4), (finding.Code.Id, ((Place.InFile)finding.Place!).Line));
    }

    [Fact]
    public void The_same_function_of_another_column_is_the_same()
    {
        var map = Read("a: { transform: { hash: { key: PEPPER } } }, b: { transform: { hash: { key: PEPPER, from: c } } }, c: { transform: { hash: { key: OTHER } } }, d: { transform: { hash: {} } }");
        ColumnTransform Of(string column) => map.Column("t", column)!.Transform!;
        Assert.True(MoveTransforms.AreSame(Of("a"), Of("b")));
        Assert.False(MoveTransforms.AreSame(Of("a"), Of("c")));
        Assert.False(MoveTransforms.AreSame(Of("a"), Of("d")));
    }

    [Fact]
    public void Another_secret_is_told_by_its_check_and_the_secret_is_not_in_it()
    {
        ColumnTransform[] transforms = [Read("v: { transform: { hash: { key: PEPPER } } }").Column("t", "v")!.Transform!, Read("v: { transform: { lower: v } }").Column("t", "v")!.Transform!];
        var run = Guid.NewGuid();
        var checks = MoveTransforms.Checks(transforms, Transforming.Variables, run);
        Assert.Equal("PEPPER", Assert.Single(checks).Key);
        Assert.DoesNotContain("pepper", checks["PEPPER"], StringComparison.Ordinal);
        Assert.Empty(MoveTransforms.FindDiffering(checks, Transforming.Variables, run));
        Assert.Equal(FindingCodes.SecretDiffers, Assert.Single(MoveTransforms.FindDiffering(checks, new Transforming.Environment(new() { ["PEPPER"] = "Pepper" }), run)).Code);
        Assert.NotEqual(checks["PEPPER"], MoveTransforms.Checks(transforms, Transforming.Variables, Guid.NewGuid())["PEPPER"]);
        Assert.Equal(FindingCodes.SecretMissing, Assert.Single(MoveTransforms.FindMissing(transforms, new Transforming.Environment([]))).Code);
    }

    private static MapFile Read(string columns)
    {
        var reading = MapFileReader.Read($"tables: {{ t: {{ columns: {{ {columns} }} }} }}", "map.yaml");
        Assert.Empty(reading.Findings);
        return reading.Map;
    }
}
