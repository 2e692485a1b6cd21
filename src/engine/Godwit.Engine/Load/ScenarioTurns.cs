using Godwit.Engine.Requests;

namespace Godwit.Engine.Load;

/// <summary>Whose turn it is: by weight, spread as evenly as can be, the same in every test. For one thread.</summary>
internal sealed class ScenarioTurns(IReadOnlyList<Scenario> scenarios)
{
    private readonly long[] _credit = new long[scenarios.Count];
    private readonly long _weights = scenarios.Sum(s => s.Weight);

    public Scenario Next()
    {
        var best = 0;
        for (var i = 0; i < scenarios.Count; i++)
        {
            _credit[i] += scenarios[i].Weight;
            if (_credit[i] > _credit[best]) best = i;
        }
        _credit[best] -= _weights;
        return scenarios[best];
    }
}
