using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Engine.OnCall;

namespace Godwit.Engine.Tests.OnCall;

public sealed class OnCallPlanTests
{
    private const string Rotation = """
        {"zone":"Europe/Berlin","people":[{"name":"Ada","contact":"1"},{"name":"Bob"},{"name":"Eve","from":"2026-12-24","to":"2026-12-26T12:00"}],
         "rotation":{"starts":"2026-11-23","at":"09:00","weeks":1,"order":["Ada","Bob"]}}
        """;

    [Theory]
    [InlineData("2026-11-23T07:59:59Z", "nobody")]
    [InlineData("2026-11-23T08:00:00Z", "Ada (1)")]
    [InlineData("2026-11-30T07:59:59Z", "Ada (1)")]
    [InlineData("2026-11-30T08:00:00Z", "Bob")]
    [InlineData("2026-12-07T08:00:00Z", "Ada (1)")]
    [InlineData("2026-12-23T23:00:00Z", "Eve")]
    [InlineData("2026-12-26T11:00:00Z", "Ada (1)")]
    // Clocks went forward on 2027-03-28: it is still 09:00 there.
    [InlineData("2027-03-29T06:59:59Z", "Bob")]
    [InlineData("2027-03-29T07:00:00Z", "Ada (1)")]
    public void Times_of_their_own_come_before_the_rotation(string now, string who) => Assert.Equal(who, At(Rotation, now));

    [Fact]
    public void Without_times_everybody_always_is() => Assert.Equal("Ada, Bob", At("""{"people":[{"name":"Ada"},{"name":"Bob"}]}""", "2026-11-23T08:00:00Z"));

    private static string At(string json, string now) => OnCallPlan.Describe(OnCallPlan.Of(JsonNode.Parse(json)!.AsObject())!.At(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)));
}
