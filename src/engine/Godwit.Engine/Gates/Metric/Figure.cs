using Godwit.Engine.Checks;
using Godwit.Engine.Expectations;
using Godwit.Engine.Http;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Gates.Metric;

/// <summary>Where a number comes from.</summary>
internal abstract record Figure
{
    private Figure()
    {
    }

    public sealed record Sql(string Query, SessionTerms Terms) : Figure;

    /// <param name="At">A JSON pointer into the answer.</param>
    public sealed record Http(HttpRequestSettings Request, string At) : Figure;

    /// <summary>The number, or why there is none.</summary>
    public async Task<(decimal? Number, string? Why)> ReadAsync(GateContext context, CancellationToken cancellation)
    {
        switch (this)
        {
            case Sql sql:
                var (answer, fault) = await CheckRunner.Of(context).QueryAsync(sql.Query, sql.Terms, cancellation);
                return fault is null ? Of(answer) : (null, fault);
            case Http http:
                return await HttpSender.Shared.SendAsync(http.Request, context.Environment, null, context.Time, cancellation) switch
                {
                    HttpAnswer.Came came when http.Request.Refuse(came) is { } why => (null, why),
                    HttpAnswer.Came came => JsonExpectation.Find(came.Body, http.At) switch
                    {
                        null => (null, "the answer is no JSON"),
                        (false, _) => (null, $"there is no {http.At} in the answer"),
                        var (_, text) => Of(text),
                    },
                    HttpAnswer.None none => (null, none.Reason),
                    HttpAnswer.NotSent none => (null, none.Reason),
                    _ => throw new InvalidOperationException(),
                };
            default:
                throw new InvalidOperationException();
        }
    }

    private static (decimal?, string?) Of(string? text) => Expectation.ToNumber(text) is { } number ? (number, null) : (null, text is null ? "it has no value" : "it is no number");
}
