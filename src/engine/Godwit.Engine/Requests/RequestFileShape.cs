using Godwit.Documents.Shapes;
using Godwit.Engine.Expectations;
using Godwit.Engine.Secrets;

namespace Godwit.Engine.Requests;

/// <summary>What a file of requests looks like (docs/requests.md).</summary>
public static class RequestFileShape
{
    private const string NamePattern = "[A-Za-z][A-Za-z0-9_-]{0,62}";

    private static readonly Shape.Text s_name = new(NamePattern) { Expected = "letters, digits, '-' and '_', at most 63, a letter first", MaxLength = 63 };

    private static readonly Shape.Text s_expression = new() { Expected = "a regular expression", MaxLength = 1000 };

    private static readonly Shape.Text s_header = new("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}") { Expected = "the name of a header", MaxLength = 200 };

    private static readonly Shape.Map s_expectedHeader = new(
        new Field("equals", new Shape.Text { MaxLength = 8000 }, "What it has to be"),
        new Field("matches", s_expression, "A regular expression that its whole value has to match"),
        new Field("absent", new Shape.Flag(), "It must not be there") { Default = "false" })
    {
        Short = "equals",
        Name = "expected header",
        Description = "What a header of an answer has to be",
    };

    private static readonly Shape.Map s_expectedJson = new([new Field("at", JsonExpectation.Pointer, "Where the value stands", Required: true), .. Expectation.Fields, new Field("matches", s_expression, "A regular expression that the whole value has to match, as text")])
    {
        Name = "expected value",
        Description = "What a value of an answer in JSON has to be",
    };

    private static readonly Shape.Map s_expect = new(
        new Field("status", new Shape.List(new Shape.Whole(100, 599)) { Max = 100 }, "The statuses that are as expected; without it any from 200 to 299"),
        new Field("headers", new Shape.Named(s_expectedHeader), "What headers have to be"),
        new Field("contains", new Shape.List(new Shape.Text()) { Max = 100 }, "Texts that its body has to hold"),
        new Field("json", new Shape.List(s_expectedJson) { Max = 100 }, "What its body in JSON has to hold"),
        new Field("within", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), "How long it may take at most, its body included"))
    {
        Name = "expected answer",
        Description = "What an answer has to be",
    };

    private static readonly Shape.OneOf s_capture = new(
        [new("matches", s_expression, "A regular expression that it has to match; of one with a group, the first group is kept")],
        [new("json", JsonExpectation.Pointer, "The value at this place of the answer's body"), new("header", s_header, "This header of the answer")])
    {
        Name = "captured value",
        Description = "A value that later requests of the scenario use",
    };

    private static readonly Shape.Map s_request = new(
        new Field("name", s_name, "What figures and evidence call it", Required: true),
        new Field("path", new Shape.Text { MaxLength = 4000 }, "Its path and query, below the URL that is given; a variable alone may hold a whole URL of the same origin", Required: true),
        new Field("method", new Shape.Choice("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"), "Its method") { Default = "GET" },
        new Field("headers", new Shape.Named(new Shape.Text { MaxLength = 8000 }), "Its headers"),
        new Field("json", new Shape.Text { MaxLength = 100_000 }, "What is sent, as application/json; values of variables are escaped as JSON wants"),
        new Field("form", new Shape.Named(new Shape.Text()), "What is sent instead, as application/x-www-form-urlencoded"),
        new Field("text", new Shape.Text { MaxLength = 100_000 }, "What is sent instead, as it is"),
        new Field("content_type", new Shape.Text(@"[\x21-\x7e ]+") { Expected = "a media type", MaxLength = 200 }, "The media type of what is sent, where it is another"),
        new Field("redirects", new Shape.Whole(0, 10), "How many redirections of the same origin are followed") { Default = "0" },
        new Field("timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)), "How long it may take before it counts as not answered") { Default = "10s" },
        new Field("expect", s_expect, "What its answer has to be") { Default = "{}" },
        new Field("capture", new Shape.Named(s_capture), "Values of its answer, under the names by which later requests use them"))
    {
        Name = "request",
        Description = "A request and what its answer has to be",
    };

    private static readonly Shape.Map s_scenario = new(
        new Field("name", s_name, "What figures and evidence call it", Required: true),
        new Field("weight", new Shape.Whole(1, 1000), "Under load, how often it is begun beside the others") { Default = "1" },
        new Field("requests", new Shape.List(s_request) { Min = 1, Max = 100 }, "One after another, with the same cookies; the first that is not answered as expected ends the scenario", Required: true))
    {
        Name = "scenario",
        Description = "What one visitor does",
    };

    public static Shape.Map Document { get; } = new(
        new Field("godwit", new Shape.Whole(1, 1), "The version of this format", Required: true),
        new Field("description", new Shape.Text(), "What it is for"),
        new Field("variables", new Shape.Named(OutsideValue.Shape), "Values for `${name}` in paths, headers, bodies and expectations; a secret is named by the variable that holds it"),
        new Field("scenarios", new Shape.List(s_scenario) { Min = 1, Max = 50 }, "What visitors do", Required: true))
    {
        Description = "Requests to a service, for smoke and load tests",
    };
}
