namespace Godwit.Postgres.Runs;

/// <summary>Whether a commit waits for the disk.</summary>
public enum CommitWait
{
    /// <summary>As the server is set.</summary>
    Durable,

    /// <summary>
    /// Not at all: a crash of the server may take the last transactions back, each whole, its row of progress with it, so that a resumed run does them again
    /// (https://www.postgresql.org/docs/current/wal-async-commit.html). The run's last commit is durable, and with it all before: the log is one.
    /// </summary>
    None,
}
