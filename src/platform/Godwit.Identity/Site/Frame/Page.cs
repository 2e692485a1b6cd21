using Godwit.Http.Problems;
using Godwit.Identity.Site.Markup;

namespace Godwit.Identity.Site.Frame;

/// <summary>What stands between the frame of every page.</summary>
/// <param name="Title">Its heading, too.</param>
/// <param name="Lead">One sentence under it; null for none.</param>
/// <param name="Body">The rest.</param>
internal sealed record Page(string Title, string? Lead, Html Body)
{
    public int Status { get; init; } = 200;

    /// <summary>The page of the navigation that this one is, or is a part of.</summary>
    public string? Tab { get; init; }

    /// <summary>Another site that the page goes on to by itself; null for none. The page has a link there, too.</summary>
    public Uri? Leaves { get; init; }

    /// <summary>Set where the body itself says what is wrong.</summary>
    public bool ShowsProblem { get; init; }

    /// <summary>A page in place of one that cannot be shown.</summary>
    public static Page OfProblem(Problem problem) => new(
        problem.Status >= 500 ? "This is not available at the moment" : problem.Status == 404 ? "There is no such page" : problem.Title,
        problem.Status >= 500 ? "Nothing is lost. Come again in a few seconds." : problem.Detail, Html.Of($"<p><a class=\"button quiet\" href=\"/account\">To your account</a></p>"))
    {
        Status = problem.Status, ShowsProblem = true,
    };
}
