namespace Godwit.Sqlite.Opening;

/// <summary>How a source is opened.</summary>
public sealed record SourceOpenOptions
{
    /// <summary>The folder that takes a private copy where one is needed; made when missing. Never the source's own folder.</summary>
    public required string ScratchFolder { get; init; }

    /// <summary>Readers besides <see cref="SourceFile.Control"/>: as many as will read at once. All are opened together, on one snapshot.</summary>
    public int Readers { get; init; } = 1;

    /// <summary>How long another's lock, or another's stream of commits, is waited out before the source counts as locked.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
