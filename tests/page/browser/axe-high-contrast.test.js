import { testViews } from './axe.js'

testViews('light', 'more')
testViews('dark', 'more')
