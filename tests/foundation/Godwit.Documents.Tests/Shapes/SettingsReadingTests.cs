using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Documents.Tests.Shapes;

public sealed class SettingsReadingTests
{
    private const string Json =
        """{"text":"a","whole":5000000000,"number":"0.50","flag":true,"time":"5m","texts":["a","b"],"map":{"x":"1"},"maps":[{"y":"2"}],"named":{"n":{"z":"3"}}}""";

    private static readonly JsonObject s_settings = JsonNode.Parse(Json)!.AsObject();

    [Fact]
    public void Each_kind_of_value_is_read_as_what_it_is()
    {
        Assert.Equal("a", s_settings.Text("text"));
        Assert.Equal(5_000_000_000, s_settings.Whole("whole"));
        Assert.Equal(0.5m, s_settings.Number("number"));
        Assert.True(s_settings.Flag("flag"));
        Assert.Equal(TimeSpan.FromMinutes(5), s_settings.Duration("time"));
        Assert.Equal(["a", "b"], s_settings.Texts("texts"));
        Assert.Equal([KeyValuePair.Create("x", "1")], s_settings.NamedTexts("map"));
        Assert.Equal("1", s_settings.Map("map").Text("x"));
        Assert.Equal("2", Assert.Single(s_settings.Maps("maps")).Text("y"));
        Assert.Equal("3", Assert.Single(s_settings.NamedMaps("named")).Value.Text("z"));
    }

    [Fact]
    public void A_number_that_was_just_read_and_one_from_a_plan_are_the_same()
    {
        var fresh = new JsonObject { ["rows"] = JsonValue.Create(7L) };
        Assert.Equal(7, fresh.Whole("rows"));
        Assert.Equal(7, fresh.DeepClone().AsObject().Whole("rows"));
        Assert.Equal(7, JsonNode.Parse(fresh.ToJsonString())!.AsObject().Whole("rows"));
    }

    [Fact]
    public void What_is_not_there_is_null_or_none_where_that_may_be()
    {
        Assert.False(s_settings.Has("no"));
        Assert.Null(s_settings.TextOrNull("no"));
        Assert.Null(s_settings.WholeOrNull("no"));
        Assert.Null(s_settings.NumberOrNull("no"));
        Assert.Null(s_settings.FlagOrNull("no"));
        Assert.Null(s_settings.DurationOrNull("no"));
        Assert.Null(s_settings.MapOrNull("no"));
        Assert.Empty(s_settings.Texts("no"));
        Assert.Empty(s_settings.Maps("no"));
        Assert.Contains("\"no\"", Assert.Throws<ArgumentException>(() => s_settings.Text("no")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => s_settings.Whole("no"));
    }
}
