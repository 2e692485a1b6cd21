using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;

namespace Godwit.Identity.Reference;

/// <summary>Says beside a route what it takes and gives.</summary>
internal static class RouteDescribing
{
    /// <param name="route">The route.</param>
    /// <param name="summary">What it does, in a few words.</param>
    /// <param name="gives">What it answers with; null: nothing.</param>
    /// <param name="takes">What it takes as JSON; null: nothing.</param>
    /// <param name="status">Of the answer; 200 or 204 where it is not said.</param>
    /// <param name="or">Other answers with that status.</param>
    /// <param name="needs">Fields that have to be there, between spaces.</param>
    /// <param name="refuses">Statuses of the problems that are its own.</param>
    /// <param name="example">A body that it takes.</param>
    /// <param name="more">A sentence or two besides.</param>
    /// <param name="type">Of what it gives, where that is no JSON.</param>
    /// <param name="bare">The body may be left out.</param>
    /// <param name="query">Parameters of the query, each with what it means.</param>
    public static void Says(
        this IEndpointConventionBuilder route, string summary, JsonTypeInfo? gives = null, JsonTypeInfo? takes = null, int? status = null, JsonTypeInfo[]? or = null, string needs = "", int[]? refuses = null, string? example = null,
        string? more = null, string? type = null, bool bare = false, (string Name, string Meaning)[]? query = null) => route.WithMetadata(new RouteDescription(summary)
    {
        More = more, Takes = takes, Needs = needs.Split(' ', StringSplitOptions.RemoveEmptyEntries), MayTakeNothing = bare, Status = status ?? (gives is null && type is null ? 204 : 200), Gives = gives is null ? [] : [gives, .. or ?? []],
        ContentType = type ?? "application/json", Refuses = refuses ?? [], Example = example, Query = query ?? [],
    });
}
