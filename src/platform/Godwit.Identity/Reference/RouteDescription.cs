using System.Text.Json.Serialization.Metadata;

namespace Godwit.Identity.Reference;

/// <summary>What a route says of itself: what the document and the reference page are made of.</summary>
/// <param name="Summary">What it does, in a few words.</param>
internal sealed record RouteDescription(string Summary)
{
    /// <summary>A sentence or two, where the summary is not enough.</summary>
    public string? More { get; init; }

    /// <summary>What it takes as JSON; null for nothing.</summary>
    public JsonTypeInfo? Takes { get; init; }

    /// <summary>Fields without which it is refused.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Whether the body may be left out.</summary>
    public bool MayTakeNothing { get; init; }

    public int Status { get; init; }

    /// <summary>What it gives, one of these; nothing for 204.</summary>
    public IReadOnlyList<JsonTypeInfo> Gives { get; init; } = [];

    public string ContentType { get; init; } = "application/json";

    /// <summary>The problems that are its own; those of every route come besides.</summary>
    public IReadOnlyList<int> Refuses { get; init; } = [];

    /// <summary>A body that it takes; tokens, codes and challenges in it are made up.</summary>
    public string? Example { get; init; }

    /// <summary>Parameters of the query, each with what it means.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query { get; init; } = [];
}
