using System.Globalization;
using Godwit.Cli.Move;
using Godwit.Cli.Move.Sources;
using Godwit.Postgres.Live;

namespace Godwit.Cli.Live;

/// <summary>A live move in <c>--json</c>: where writers belong, and how far the other side is behind.</summary>
/// <param name="Step">The step that moves.</param>
/// <param name="Side"><c>old</c> or <c>new</c>.</param>
/// <param name="Url">Where that is, without a password.</param>
/// <param name="Schema">The schema there; null of a file.</param>
/// <param name="Switching">Whether writers are just being taken to the other side.</param>
internal sealed record LiveDocument(string Step, string Side, string Url, string? Schema, bool Switching)
{
    /// <summary>Changed rows in the last batch that was carried.</summary>
    public long? LagRows { get; init; }

    /// <summary>Since the moment up to which the other side is known to have everything.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>Rows that the new side cannot hold.</summary>
    public long Unfit { get; init; }

    /// <summary>Whether the old side is kept up no longer.</summary>
    public bool Ended { get; init; }

    /// <summary>What keeps the old side from forgetting what is old, such as a transaction that does not end: each batch reads the log from there on.</summary>
    public string? OldHeldBy { get; init; }

    /// <summary>The same of the new side.</summary>
    public string? NewHeldBy { get; init; }

    public static LiveDocument Of(LiveStanding standing)
    {
        var request = RunOrigin.Read(standing.Origin).Request;
        var isNew = standing.Side == "new";
        return new LiveDocument(standing.Step, standing.Side, isNew ? request.To : SourceAddress.IsUrl(request.From) ? request.From : "sqlite:" + request.From, isNew && !standing.Exchanged ? standing.Schema : SourceAddress.IsUrl(request.From) ? request.FromSchema : null, standing.Switching)
        {
            LagRows = standing.Rows, LagSeconds = standing.SecondsBehind is { } seconds ? Math.Round(seconds, 3) : null, Unfit = standing.Unfit, Ended = standing.Ended, OldHeldBy = standing.OldHeldBy, NewHeldBy = standing.NewHeldBy,
        };
    }

    /// <summary>For one line of <c>status</c>.</summary>
    public string Describe()
    {
        var other = Side == "new" ? "old" : "new";
        var lag = Ended ? "the old side is kept up no longer" : LagSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"the {other} side had everything {seconds:0.0} s ago ({LagRows:N0} changed rows in the last batch)") : $"the {other} side has not caught up yet";
        var unfit = Unfit == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {Unfit:N0} rows do not fit the new side");
        return $"writers at the {Side} side{(Switching ? ", being taken to the other" : "")}; {lag}{unfit}{Held("old", OldHeldBy)}{Held("new", NewHeldBy)}";
    }

    private static string Held(string side, string? by) => by is null ? "" : $"; the {side} side is held back by {by}";
}
