using System.Text.Json.Serialization;

namespace Godwit.Bench.Live;

/// <summary>One pair of stores. Times in milliseconds from the planned beginning of a request, unless they are called otherwise.</summary>
internal sealed record LiveFigures
{
    public required string Pair { get; init; }

    public required int Rows { get; init; }

    public required int Rate { get; init; }

    public required int Writers { get; init; }

    public required long Acknowledged { get; init; }

    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    public required long Failed { get; init; }

    /// <summary>Answers "try again", while writers were taken over.</summary>
    public required long Retried { get; init; }

    public required long Reads { get; init; }

    /// <summary>Looks at the money of one side at one moment.</summary>
    public required long Snapshots { get; init; }

    public required long SnapshotsWrong { get; init; }

    public required long AccountsUnbalanced { get; init; }

    /// <summary>The longest time in which no write at all was acknowledged, of the switch, the return, and the second switch.</summary>
    public required double WritePauseMs { get; init; }

    public required IReadOnlyList<double> WritePausesMs { get; init; }

    /// <summary>Of the writes that met a pause, the 99th percentile of how long they took.</summary>
    public required double WritePauseP99Ms { get; init; }

    public required double P99BeforeMs { get; init; }

    /// <summary>From the beginning of the run to the beginning of the switch: copy, indexes, verification.</summary>
    public required double P99DuringMs { get; init; }

    public required double P99Ratio { get; init; }

    public required double CopySeconds { get; init; }

    public required double RollbackSeconds { get; init; }

    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>Whether nothing was lost: what makes the exit code.</summary>
    [JsonIgnore]
    public bool Holds => Lost == 0 && Duplicated == 0 && Failed == 0 && SnapshotsWrong == 0 && AccountsUnbalanced == 0 && Snapshots > 0 && Acknowledged > 0;
}
