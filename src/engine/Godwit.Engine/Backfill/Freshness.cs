using Godwit.Engine.Keys;
using Godwit.Engine.Transforms;

namespace Godwit.Engine.Backfill;

/// <summary>
/// Somebody may write with a newer key than is known here: what cannot be read or judged is looked at again after the keyring was loaded, once for all rows that were read together. What it does
/// not help is of no key at all, and is not asked for row by row.
/// </summary>
/// <param name="keyring">Null where no key is worked with.</param>
internal sealed class Freshness(IRunKeyring? keyring)
{
    private bool _renewed = keyring is null;

    /// <param name="work">Whether it could tell; it throws where it cannot read.</param>
    /// <param name="refused">Told why there is no answer, even with the newest keys.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task TryAsync(Func<Task<bool>> work, Action<string> refused, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (await work() || _renewed) return;
            }
            catch (TransformException reason)
            {
                if (_renewed)
                {
                    refused(reason.Message);
                    return;
                }
            }
            _renewed = true;
            await keyring!.RefreshAsync(now: true, cancellation);
        }
    }
}
