namespace Godwit.Journeys.Survival;

/// <summary>The parts of a move in which the campaign interrupts it.</summary>
internal enum Stage
{
    /// <summary>Opening, profiling and planning: nothing is in the target yet.</summary>
    Plan,
    Prepare,
    Copy,
    Index,
    Verify,
    Certify,
}

/// <summary>How far a run is, as far as it can be seen from outside.</summary>
/// <param name="Stage">Where it is.</param>
/// <param name="Done">Steps, ranges or sightings within the stage.</param>
/// <param name="IsFinished">The run is over.</param>
internal readonly record struct Sighting(Stage Stage, int Done, bool IsFinished)
{
    public bool IsAtOrAfter(Place place) => IsFinished || Stage > place.Stage || (Stage == place.Stage && Done >= place.Done);
}

/// <summary>Where to interrupt: so far into a stage.</summary>
internal readonly record struct Place(Stage Stage, int Done)
{
    /// <summary>What can be told apart within each stage of a move of <see cref="SurvivalSource"/>: lines, steps, ranges, what the target's sessions do.</summary>
    public static int Points(Stage stage) => stage switch
    {
        Stage.Plan => 4,
        Stage.Prepare => 8,
        Stage.Copy => 31,
        Stage.Index => 30,
        Stage.Verify => 3,
        _ => 3,
    };

    public static Place Of(Stage stage, Random random) => new(stage, random.Next(Points(stage)));

    public override string ToString() => $"{Stage.ToString().ToLowerInvariant()}+{Done}";
}
