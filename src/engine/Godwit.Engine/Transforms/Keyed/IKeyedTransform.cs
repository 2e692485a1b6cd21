using Godwit.Engine.Keys;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary>
/// A transform that works with keys that are rotated. Computing it a second time says nothing about what is stored: a nonce is random, and the key may be another by now. It looks at what is
/// stored instead, and says whether that is right.
/// </summary>
public interface IKeyedTransform : ITransform
{
    KeyPurpose Purpose { get; }

    /// <summary>All purposes of which it needs keys; to read what it is given may take another.</summary>
    IReadOnlyList<KeyPurpose> Purposes { get; }

    /// <summary>
    /// Columns of the row that is written whose values it needs, filled by other transforms of the same step. Empty where a column of the table that is read is filled: there they are among the inputs.
    /// </summary>
    IReadOnlyList<string> Row { get; }

    Task<IKeyedFunction> OpenAsync(IRunKeyring keyring, CancellationToken cancellation);
}

/// <summary>A keyed transform with its keys, always those of the keyring as it was loaded last.</summary>
public interface IKeyedFunction
{
    /// <summary>How what is stored stands to what was read.</summary>
    /// <param name="inputs">The values of the transform's inputs.</param>
    /// <param name="row">The values of <see cref="IKeyedTransform.Row"/>.</param>
    /// <param name="stored">What is there.</param>
    /// <exception cref="TransformException">What was read cannot be understood.</exception>
    StoredState Judge(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row, CellValue stored);

    /// <summary>Before rows are judged or computed: gets what only these rows need, in the place of what rows before them needed.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="writes">Whether values are to be made, and not only looked at.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="KeyringException">Keys cannot be had.</exception>
    ValueTask PrepareAsync(IReadOnlyList<KeyedRow> rows, bool writes, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>Before so many values are computed.</summary>
    /// <exception cref="KeyringException">The key may not be used as often, or there is none.</exception>
    ValueTask ReserveAsync(int values, CancellationToken cancellation);

    /// <exception cref="TransformException">There is no result for these values.</exception>
    CellValue Compute(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row);
}

/// <summary>A row as a keyed transform sees it.</summary>
/// <param name="Inputs">The values of the transform's inputs.</param>
/// <param name="Row">The values of <see cref="IKeyedTransform.Row"/>.</param>
public readonly record struct KeyedRow(IReadOnlyList<CellValue> Inputs, IReadOnlyList<CellValue> Row);

/// <summary>How a stored value stands. Where a row has several, the last of these that holds for one of them is the row's.</summary>
public enum StoredState
{
    /// <summary>It says what was read, under the active key.</summary>
    Right,

    /// <summary>It says what was read, under a key that writes no longer.</summary>
    Former,

    /// <summary>It names a key that is not known here, or not known to write yet: the keyring has to be loaded again before anybody judges.</summary>
    Unknown,

    /// <summary>There is nothing.</summary>
    Missing,

    /// <summary>It says something else, or cannot be read: it was edited, or moved here from another row.</summary>
    Wrong,
}
