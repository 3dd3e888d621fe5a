export const checkInvariants = async (
  _data: string,
  _operator: unknown,
): Promise<ReadonlyArray<{ invariant: string; problems: ReadonlyArray<string> }>> => []
