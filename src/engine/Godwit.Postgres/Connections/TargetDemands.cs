namespace Godwit.Postgres.Connections;

/// <summary>What a move needs of its target.</summary>
public sealed record TargetDemands
{
    public required string Schema { get; init; }

    /// <summary>Names that the move gives to tables and views of <see cref="Schema"/>.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    /// <summary>Other schemas it makes things in, its own for instance.</summary>
    public IReadOnlyList<string> OtherSchemas { get; init; } = [];

    /// <summary>Bytes the data, its indexes and its log will take at the most.</summary>
    public long NeededBytes { get; init; }

    /// <summary>Sessions open at the same time.</summary>
    public int Connections { get; init; } = 1;
}
