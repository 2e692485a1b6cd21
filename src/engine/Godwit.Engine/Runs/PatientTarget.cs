namespace Godwit.Engine.Runs;

/// <summary>
/// A target for whoever only asks, as gates and checklists do: one that goes down and comes back is waited for, as the rest of a run does, instead of being taken for
/// one that has no answer. What passes by itself otherwise, a lock above all, is an answer here.
/// </summary>
internal sealed class PatientTarget(IRunTarget target, RunnerOptions options) : IRunTarget
{
    private readonly Retries _retries = new(options.Time, options.Jitter);

    public CancellationToken LeaseLost => target.LeaseLost;

    public async Task<T> InTransactionAsync<T>(SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        var (answer, fault) = await _retries.RunAsync<(T?, TargetFaultException?)>(
            async token =>
            {
                try
                {
                    return (await target.InTransactionAsync(terms, work, token), null);
                }
                catch (TargetFaultException lost) when (lost is { Fault: TargetFault.ConnectionLost, IsUnanswered: true })
                {
                    // A question whose end nobody saw has changed nothing: it is asked again.
                    throw new TargetFaultException(lost.Fault, lost.Message, lost.SqlState, lost);
                }
                catch (TargetFaultException told) when (told.Fault != TargetFault.ConnectionLost)
                {
                    return (default, told);
                }
            },
            (lost, wait) => options.Observer.Note($"{lost.Message}; asking again in {wait.TotalSeconds:0.0} s"),
            cancellation);
        return fault is null ? answer! : throw fault;
    }

    public Task<T> OutsideTransactionAsync<T>(SessionTerms terms, Func<IRunSession, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        target.OutsideTransactionAsync(terms, work, cancellation);
}
