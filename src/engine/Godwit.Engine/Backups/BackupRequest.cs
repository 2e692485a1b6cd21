namespace Godwit.Engine.Backups;

/// <summary>How a backup is made.</summary>
/// <param name="Place">Where it goes.</param>
/// <param name="ToolVersion">Of this program.</param>
public sealed record BackupRequest(BackupPlace Place, string ToolVersion)
{
    /// <summary>The run that it is made in.</summary>
    public Guid? Run { get; init; }

    /// <summary>Told what is being done, for a person.</summary>
    public Action<string> Note { get; init; } = _ => { };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A destination that takes nothing for so long is given up.</summary>
    public TimeSpan Stall { get; init; } = BackupWriter.DefaultStall;
}

/// <param name="Manifest">What was written.</param>
/// <param name="Writing">Where.</param>
public sealed record BackupMade(BackupManifest Manifest, BackupWriting Writing);
