namespace Godwit.Journeys.Survival;

/// <summary>What befalls a move.</summary>
internal enum Blow
{
    /// <summary>kill -9 of godwit.</summary>
    KillMover,

    /// <summary>kill -9 of PostgreSQL and all its processes, then a restart with crash recovery.</summary>
    KillServer,

    /// <summary>Every connection reset.</summary>
    CutConnections,

    /// <summary>Every connection reset while it drips.</summary>
    DripAndCut,

    /// <summary>SIGINT.</summary>
    ControlC,

    /// <summary>Connections that neither fail nor answer.</summary>
    Silence,

    /// <summary>The mover is stopped for longer than its lease, a second one goes on, then the first wakes up.</summary>
    TakeOver,
}
