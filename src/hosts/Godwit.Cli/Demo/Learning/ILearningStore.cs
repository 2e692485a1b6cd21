namespace Godwit.Cli.Demo.Learning;

/// <summary>One side, as one worker of the application uses it: a connection of its own.</summary>
internal interface ILearningStore : IDisposable
{
    /// <summary>In one transaction.</summary>
    /// <returns>False when this side takes no writes: the other one does, or will in a moment. Nothing was changed.</returns>
    bool Write(IReadOnlyList<Statement> statements);

    void Read(Statement question);
}
